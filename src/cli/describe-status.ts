import type { StatusReport } from "../app/status/status-report.ts";
import { countOf } from "../bridge/status/vitals.ts";
import { formatElapsed } from "../progress/elapsed.ts";

type ReportedRun = StatusReport["running"][number];

/** Width of the column with the names of the lines. */
const COLUMN = 12;

/** A status for people: what is wrong first, then what goes on; what is empty is left out. */
export function describeStatus(report: StatusReport): string {
  const { version, bot, isWell, uptimeMs, pid, rssBytes, config } = report;
  const facts = [`up ${formatElapsed(uptimeMs)}`, `process ${pid}`, megabytes(rssBytes)];
  const lines = [
    `${isWell ? "✓" : "✗"} takopi ${version} · @${bot} · ${isWell ? "all is well" : "something is wrong"}`,
    `  ${facts.join(" · ")} · ${config}`,
    ...report.problems.map((problem) => `  ✗ ${problem}`),
    "",
    line("Telegram", telegramText(report)),
    ...workLines(report),
    ...outboxLines(report),
    ...errorLines(report),
    line("Journal", megabytes(report.journalBytes)),
    line("Engines", report.engines.join(", ") || "none"),
  ];
  return `${lines.join("\n")}\n`;
}

function telegramText({ telegram, uptimeMs, startedAt }: StatusReport): string {
  const { state, silentMs, reason, lastAnswerAt, lastOutage } = telegram;
  const now = startedAt + uptimeMs;
  const outage =
    lastOutage === undefined
      ? ""
      : `; was offline for ${formatElapsed(lastOutage.to - lastOutage.from)} until ${ago(now - lastOutage.to)}`;
  if (state === "well") return `answered ${ago(silentMs)}${outage}`;
  if (state === "starting") return "no answer yet";
  const since = lastAnswerAt === undefined ? "has not answered yet" : `last answered ${ago(now - lastAnswerAt)}`;
  return `${since}${reason === undefined ? "" : `, ${reason}`}${outage}`;
}

function workLines({ running, queued, held, decisions }: StatusReport): readonly string[] {
  const counts = [
    countOf(running.length, "run"),
    ...(queued.length > 0 ? [`${queued.length} queued`] : []),
    ...(held > 0 ? [`${held} held until somebody says Run or Discard`] : []),
  ];
  const isIdle = running.length + queued.length + held === 0;
  return [
    line("Work", isIdle ? "nothing runs" : counts.join(", ")),
    ...running.map((run) => `  ▸ ${runText(run)}`),
    ...queued.map((run) => `  · ${runText(run)}`),
    ...decisions.map(
      ({ kind, tool, waitingMs, runId }) =>
        `  ? ${kind}${tool === undefined ? "" : ` of ${tool}`} waits for ${whoOf(running, runId)} for ${formatElapsed(waitingMs)}`,
    ),
  ];
}

function whoOf(running: readonly ReportedRun[], runId: string): string {
  return running.find(({ id }) => id === runId)?.startedBy ?? "an answer";
}

function runText(run: ReportedRun): string {
  const place = [run.project, run.branch === undefined ? undefined : `@${run.branch}`].filter(
    (part) => part !== undefined,
  );
  return [
    [run.engine, ...place].join(" "),
    run.label,
    formatElapsed(run.elapsedMs),
    ...(run.steps > 0 ? [`step ${run.steps}`] : []),
    ...(run.silentMs === undefined ? [] : [`last word ${ago(run.silentMs)}`]),
    ...(run.session === undefined ? [] : [`session ${run.session.slice(0, 8)}`]),
    `for ${run.startedBy}`,
  ].join(" · ");
}

function outboxLines({ outbox: { waiting, oldestMs = 0 } }: StatusReport): readonly string[] {
  return waiting === 0
    ? []
    : [line("Outbox", `${countOf(waiting, "message")} waiting, the oldest for ${formatElapsed(oldestMs)}`)];
}

function errorLines({ lastError, startedAt, uptimeMs }: StatusReport): readonly string[] {
  return lastError === undefined
    ? []
    : [line("Last error", `${ago(startedAt + uptimeMs - lastError.at)}: ${lastError.message}`)];
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(COLUMN)}${text}`;
}

function ago(ms: number): string {
  return `${formatElapsed(ms)} ago`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
