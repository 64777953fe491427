// Breaks the bot in seeded ways and looks at what its users see and its engines get.
//   node dist/chaos/main.js [--seed N] [--runs N] [--parallel N] [--only SEED] [--json FILE] [--verbose]
//   node dist/chaos/main.js --named                  what once went wrong
//   node dist/chaos/main.js --points                 the fail points as a table
// The table goes to standard output. Exit code 1: something was violated; 2: the call was not understood.
import { existsSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { generate } from "./generate.ts";
import { formatFailPoints } from "./fail-point-table.ts";
import { mainPath } from "./paths.ts";
import { perform, type Performance } from "./perform.ts";
import { REGRESSIONS } from "./regressions.ts";
import { Rig } from "./rig.ts";
import { describeScenario, type Scenario } from "./scenario.ts";
import { formatSummary, summarize } from "./summary.ts";

const LOG_LINES = 60;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "20" },
    parallel: { type: "string", default: "2" },
    only: { type: "string" },
    json: { type: "string" },
    /** Says what every scenario came to. */
    verbose: { type: "boolean", default: false },
    named: { type: "boolean", default: false },
    /** Prints the table of the fail points and ends. */
    points: { type: "boolean", default: false },
  },
});

const stopping = new AbortController();
process.on("SIGINT", () => {
  if (stopping.signal.aborted) return endNow();
  stopping.abort();
  console.error("the scenarios under way are the last; another Ctrl-C ends them");
});
process.on("SIGTERM", endNow);

const numbers = [values.seed, values.runs, values.parallel, values.only ?? "1"];
if (values.points) console.log(formatFailPoints());
else if (numbers.every((text) => /^\d+$/.test(text)) && existsSync(mainPath)) {
  const { only } = values;
  const first = Number(only ?? values.seed);
  const seeds = Array.from({ length: only === undefined ? Number(values.runs) : 1 }, (_, index) => first + index);
  const named = REGRESSIONS.map(({ scenario }) => scenario);
  process.exitCode = await runAll(values.named ? named : seeds.map(generate), Number(values.parallel));
} else {
  console.error(
    `--seed, --runs, --parallel and --only take whole numbers, and ${mainPath} must be there (npm run build)`,
  );
  process.exitCode = 2;
}

function endNow(): void {
  void Rig.closeAll().then(() => process.exit(130));
}

async function runAll(scenarios: readonly Scenario[], parallel: number): Promise<number> {
  const begunAt = performance.now();
  const performances: Performance[] = [];
  const left = [...scenarios];
  let isBroken = false;
  const work = async (): Promise<void> => {
    for (let scenario = left.shift(); scenario !== undefined; scenario = left.shift()) {
      if (stopping.signal.aborted) return;
      try {
        const done = await perform(scenario, mainPath);
        report(done);
        // Of what went by nothing but figures is needed: thousands of logs would fill the memory.
        performances.push({ ...done, evidence: { ...done.evidence, log: "", chats: "" } });
      } catch (error) {
        console.error(`seed ${scenario.seed} could not be played:`, error);
        isBroken = true;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, work));
  const summary = summarize(performances, (performance.now() - begunAt) / 1000);
  console.log(`\n${formatSummary(summary)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summary, undefined, 2)}\n`);
  return isBroken || summary.failedSeeds.length > 0 ? 1 : 0;
}

function report(done: Performance): void {
  const { scenario, violations, evidence, notes, seconds, outcomes } = done;
  const isFull = violations.length > 0 || values.only !== undefined;
  if (values.verbose || isFull)
    console.log(`seed ${scenario.seed}: ${seconds.toFixed(1)} s, ${outcomes.join(" ")}, ${scenario.faults.join(", ")}`);
  if (!isFull) return;
  const log = evidence.log.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
  console.log(
    [
      ...violations.map(({ kind, what }) => `✗ ${kind}: ${what}`),
      describeScenario(scenario),
      ...notes.map((note) => `  note: ${note}`),
      evidence.chats,
      "log:",
      log,
      "",
    ].join("\n"),
  );
}
