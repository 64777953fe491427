// Measures what the product must always meet, on the built program against the local Telegram, and says what is missed.
//   node bench/run.mjs [--quick] [--only NAME] [--soak SECONDS] [--profile DIR]
// The table goes to standard output, all of it to bench-results.json. Exit code 1: a bar is missed.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { whyNotBuilt } from "./build.mjs";
import { formatTable, isMet } from "./table.mjs";

// In this order: what takes little time first.
const NAMES = ["decode", "start", "memory", "line", "latency", "busy", "soak"];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    soak: { type: "string", default: "60" },
    profile: { type: "string" },
  },
});
const problem = whyNotBuilt() ?? whyNotUnderstood(values);
if (problem !== undefined) {
  console.error(problem);
  process.exit(2);
}

const options = {
  quick: values.quick,
  soakSeconds: values.quick ? 20 : Number(values.soak),
  profileDir: values.profile,
};
const machine = { node: process.version, cpus: cpus().length, loadBefore: loadavg() };
const rows = [];
for (const name of NAMES.filter((known) => values.only === undefined || known === values.only)) {
  const startedAt = Date.now();
  const { measure } = await import(`./figures/${name}.mjs`);
  rows.push(...(await measure(options)).map((row) => ({ name, ...row })));
  console.error(`${name}: ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
}

console.log(
  `\n${formatTable(rows)}\n\nload average before: ${machine.loadBefore.map((load) => load.toFixed(1)).join(" ")}`,
);
const results = rows.map((row) => ({ ...row, ok: isMet(row) }));
writeFileSync(
  "bench-results.json",
  `${JSON.stringify({ at: new Date().toISOString(), machine, results }, undefined, 2)}\n`,
);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

function whyNotUnderstood({ only, soak }) {
  if (only !== undefined && !NAMES.includes(only))
    return `there is no figure "${only}": choose one of ${NAMES.join(", ")}`;
  return Number(soak) > 0 ? undefined : `--soak takes seconds, not "${soak}"`;
}
