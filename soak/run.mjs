// Holds the product to what has to stay flat over time, with 50 chats at once: memory, files, the journal; and nothing lost or doubled.
//   node soak/run.mjs [--minutes N] [--stepped N] [--quick] [--only stepped|real]
// First --stepped minutes (60) of a stepped clock in this process, then --minutes (10) of real time with the built program.
// Exit code 1: a bar is missed.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { whyNotBuilt } from "../bench/build.mjs";
import { formatTable, isMet } from "../bench/table.mjs";

const PARTS = ["stepped", "real"];

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    stepped: { type: "string" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  },
});
const minutes = Number(values.minutes ?? (values.quick ? 0.5 : 10));
const stepped = Number(values.stepped ?? (values.quick ? 1 : 60));
const problem = whyNotUnderstood() ?? (process.env["TAKOPI_SOAK_DIST"] === undefined ? whyNotBuilt() : undefined);
if (problem !== undefined) {
  console.error(problem);
  process.exit(2);
}

const measures = {
  stepped: async () => (await import("./stepped.mjs")).measureStepped({ minutes: stepped }),
  real: async () => (await import("./real.mjs")).measureReal({ minutes }),
};
const rows = [];
for (const part of PARTS.filter((name) => values.only === undefined || name === values.only)) {
  const startedAt = performance.now();
  rows.push(...(await measures[part]()));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.error(`${part}: ${seconds} s, load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
}
console.log(`\n${formatTable(rows)}`);
process.exitCode = rows.every(isMet) ? 0 : 1;

function whyNotUnderstood() {
  if (values.only !== undefined && !PARTS.includes(values.only)) return `--only takes one of ${PARTS.join(", ")}`;
  return minutes > 0 && stepped > 0 ? undefined : "--minutes and --stepped take numbers above 0";
}
