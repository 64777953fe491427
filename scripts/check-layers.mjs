// Checks the direction of imports. Fails when nothing was read: a parser that sees no modules must not pass for "no violations".
import { readFile } from "node:fs/promises";
import { cruise } from "dependency-cruiser";

const ruleSet = JSON.parse(await readFile(new URL("../.dependency-cruiser.json", import.meta.url), "utf8"));
const { output } = await cruise(["src", "runners"], { ...ruleSet.options, ruleSet, validate: true });

for (const violation of output.summary.violations) {
  console.error(`${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
console.log(`${output.summary.totalCruised} modules, ${output.summary.violations.length} violations`);
process.exitCode = output.summary.totalCruised === 0 || output.summary.violations.length > 0 ? 1 : 0;
