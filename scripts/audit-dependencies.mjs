// Fails when a dependency that is installed with Takopi has a known vulnerability of at least high severity.
// A registry without an endpoint for audits can't tell: that is said in one line and is no failure.
import { spawnSync } from "node:child_process";

/** What registries answer that have no such endpoint. */
const NOT_THERE = new Set([404, 405, 501]);

const { stdout, stderr, error } = spawnSync("npm", ["audit", "--omit=dev", "--audit-level=high", "--json"], {
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
const report = parsed(stdout ?? "");
const counts = report.metadata?.vulnerabilities;

if (counts !== undefined) judge(counts, Object.values(report.vulnerabilities ?? {}));
else if (NOT_THERE.has(report.statusCode))
  console.log(`dependency audit skipped: the registry answers ${report.statusCode}`);
else fail(`dependency audit failed: ${report.message ?? error?.message ?? lastLine(stderr)}`);

function judge(counts, found) {
  const grave = found.filter(({ severity }) => severity === "high" || severity === "critical");
  for (const { name, severity, range } of grave) console.log(`${severity}: ${name} ${range}`);
  const others = (counts.total ?? found.length) - grave.length;
  console.log(`dependency audit: ${grave.length} grave, ${others} lesser`);
  if (grave.length > 0) process.exitCode = 1;
}

function fail(reason) {
  console.log(reason);
  process.exitCode = 1;
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function lastLine(text) {
  return (text ?? "").trim().split("\n").at(-1) || "npm said nothing";
}
