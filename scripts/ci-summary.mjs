// Adds up test results: node scripts/ci-summary.mjs FAILED_STEPS RESULTS.json...
// A result file that is not there, or without a single test, counts as a failure: nothing may be skipped unseen.
import { existsSync, readFileSync } from "node:fs";

const [failedSteps = "0", ...files] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;

for (const file of files) {
  const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  if (results === undefined || results.numTotalTests === 0) {
    console.log(`${file}: no test ran`);
    failed += 1;
    continue;
  }
  passed += results.numPassedTests;
  failed += results.numFailedTests;
  skipped += results.numPendingTests;
}

if (Number(failedSteps) > 0 && failed === 0) failed = Number(failedSteps);
if (skipped > 0) console.log(`${skipped} tests were skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
