// Measures what the product must always meet, on the built program against the local Telegram, and says what is missed.
//   node bench/run.mjs [--quick] [--only NAME] [--soak SECONDS] [--profile DIR]
// The table goes to standard output, all of it to bench-results.json. Exit code 1: a bar is missed.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { whyNotBuilt } from "./build.mjs";
import { formatTable, isMet } from "./table.mjs";

// In this order: what takes little time first.
const NAMES = ["decode", "start", "memory", "line", "latency", "decide", "busy", "soak"];

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
const rows = [];
const conditions = [];
for (const name of NAMES.filter((known) => values.only === undefined || known === values.only)) {
  const { measure } = await import(`./figures/${name}.mjs`);
  const ends = watchMachine(name);
  rows.push(...(await measure(options)).map((row) => ({ name, ...row })));
  conditions.push(ends());
}

const results = rows.map((row) => ({ ...row, ok: isMet(row) }));
const machine = { node: process.version, cpus: cpus().length };
const content = { at: new Date().toISOString(), machine, conditions, results };
writeFileSync("bench-results.json", `${JSON.stringify(content, undefined, 2)}\n`);
console.log(`\n${formatTable(rows)}`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

/** Says under which conditions a figure came about: times are worth little where this process itself was kept waiting. */
function watchMachine(name) {
  const startedAt = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return () => {
    delay.disable();
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const [load] = loadavg();
    const lateMs = Math.round(delay.percentile(99) / 1e6);
    console.error(`${name}: ${seconds} s, load ${load.toFixed(1)}, bench itself late by ${lateMs} ms (p99)`);
    return { name, seconds, load, lateMs };
  };
}

function whyNotUnderstood({ only, soak }) {
  if (only !== undefined && !NAMES.includes(only))
    return `there is no figure "${only}": choose one of ${NAMES.join(", ")}`;
  return Number(soak) > 0 ? undefined : `--soak takes seconds, not "${soak}"`;
}
