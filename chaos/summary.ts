import type { Performance } from "./perform.ts";
import { VIOLATION_KINDS } from "./violation.ts";

type Counts = Readonly<Record<string, number>>;

/** What many scenarios came to, as `--json` writes it. */
export interface Summary {
  readonly runs: number;
  readonly prompts: number;
  readonly seconds: number;
  readonly outcomes: Counts;
  readonly survived: number;
  /** Receipts whose ids the bot could not learn; their Cancel button took them away. */
  readonly strayReceipts: number;
  readonly markedDoubles: number;
  /** Ends of the bot, by what ended it. */
  readonly ends: Counts;
  readonly killsAtFailPoints: Counts;
  readonly faults: Counts;
  readonly violations: Counts;
  readonly failedSeeds: readonly number[];
  /** Milliseconds from the start after a SIGKILL. */
  readonly recovery: {
    readonly starts: number;
    readonly firstPoll: Percentiles;
    readonly cardsCorrected: Percentiles;
  };
}

interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
}

export function summarize(performances: readonly Performance[], seconds: number): Summary {
  const ends = performances.flatMap(({ evidence }) => evidence.ends);
  const found = performances.flatMap(({ violations }) => violations);
  const recoveries = performances.flatMap((performance) => performance.recoveries);
  const corrected = recoveries.flatMap(({ correctedMs }) => (correctedMs === undefined ? [] : [correctedMs]));
  return {
    runs: performances.length,
    prompts: sum(performances.map(({ evidence }) => evidence.said.size)),
    seconds: Math.round(seconds),
    outcomes: count(performances.flatMap(({ outcomes }) => outcomes)),
    survived: sum(performances.map(({ survived }) => survived)),
    strayReceipts: sum(performances.map(({ evidence }) => evidence.rest.strays)),
    markedDoubles: sum(
      performances.map(({ evidence }) => evidence.posted.filter(({ text }) => text.includes("↻ sent again")).length),
    ),
    ends: count(ends.map(({ cause }) => cause)),
    killsAtFailPoints: count(
      ends.flatMap(({ cause, failPoint }) =>
        cause === "fail point" && failPoint !== undefined ? [nameOf(failPoint)] : [],
      ),
    ),
    faults: count(performances.flatMap(({ scenario }) => scenario.faults)),
    violations: Object.fromEntries(
      VIOLATION_KINDS.map((kind) => [kind, found.filter((violation) => violation.kind === kind).length]),
    ),
    failedSeeds: performances.filter(({ violations }) => violations.length > 0).map(({ scenario }) => scenario.seed),
    recovery: {
      starts: recoveries.length,
      firstPoll: percentiles(recoveries.map(({ firstPollMs }) => firstPollMs)),
      cardsCorrected: percentiles(corrected),
    },
  };
}

function nameOf(failPoint: string): string {
  return failPoint.split("@")[0] ?? failPoint;
}

function count(names: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number): number => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(50), p95: at(95) };
}

/** The summary for people. */
export function formatSummary(summary: Summary): string {
  const { recovery } = summary;
  return [
    `${summary.runs} scenarios, ${summary.prompts} prompts, ${summary.seconds} s`,
    line("prompts ended", summary.outcomes),
    `  runs that outlived an end of the bot: ${summary.survived} · stray receipts: ${summary.strayReceipts} · marked copies: ${summary.markedDoubles}`,
    line("ends of the bot", summary.ends),
    line("kills at fail points", summary.killsAtFailPoints),
    line("faults", summary.faults),
    `recovery after a kill (${recovery.starts} starts): first poll p50 ${recovery.firstPoll.p50} ms, p95 ${recovery.firstPoll.p95} ms; ` +
      `cards corrected p50 ${recovery.cardsCorrected.p50} ms, p95 ${recovery.cardsCorrected.p95} ms (${recovery.cardsCorrected.count})`,
    line("violations", summary.violations),
    summary.failedSeeds.length === 0 ? "nothing went wrong" : `failed seeds: ${summary.failedSeeds.join(", ")}`,
  ].join("\n");
}

function line(title: string, counts: Counts): string {
  return `${title}: ${Object.entries(counts)
    .map(([name, value]) => `${name} ${value}`)
    .join(" · ")}`;
}
