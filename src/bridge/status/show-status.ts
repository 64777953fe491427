import type { IncomingMessage } from "../../domain/incoming.ts";
import type { RunId } from "../../domain/run.ts";
import { formatElapsed } from "../../progress/elapsed.ts";
import type { Deliveries } from "../deliveries.ts";
import type { AskRights } from "../guard.ts";
import { runLabel } from "../run-label.ts";
import { say } from "../say.ts";
import { type RunStatus, type StatusDeps, workStatus, type WorkStatus } from "./status.ts";
import { countOf, problemsOf, type Vitals } from "./vitals.ts";

export type ShowStatusDeps = StatusDeps & {
  readonly deliveries: Deliveries;
  readonly vitals: Vitals;
  readonly rights: AskRights;
};

/** `/status`: whether the bot is well, what runs and waits in this chat, and of other chats how much. */
export function showStatus(deps: ShowStatusDeps, message: IncomingMessage): void {
  const { thread, messageId: replyTo } = message;
  const work = workStatus(deps);
  const isHere = (run: RunStatus): boolean => run.thread.split("/")[0] === `${thread.chatId}`;
  const here = ofRuns(work, isHere);
  const there = ofRuns(work, (run) => !isHere(run));
  const seesAll = maySeeAll(deps, message);
  const sections = [
    healthLines(deps, work, seesAll),
    workLines(here, (run) => promptLabel(deps, run)),
    elsewhereLines(there, seesAll),
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  say(deps.deliveries, { thread, replyTo, text });
}

/** What goes on in other chats is for admins, and only where nobody else reads along. */
function maySeeAll({ rights }: ShowStatusDeps, { thread, chatType, sender }: IncomingMessage): boolean {
  return chatType === "private" && rights(sender.id, { chatId: thread.chatId }).admin;
}

function ofRuns(work: WorkStatus, isWanted: (run: RunStatus) => boolean): WorkStatus {
  const running = work.running.filter(isWanted);
  const ids = new Set<RunId>(running.map(({ id }) => id));
  return {
    ...work,
    running,
    queued: work.queued.filter(isWanted),
    decisions: work.decisions.filter(({ runId }) => ids.has(runId)),
  };
}

function healthLines({ vitals, clock }: ShowStatusDeps, { outbox }: WorkStatus, seesAll: boolean): readonly string[] {
  const now = clock.now();
  const receiving = vitals.receiving();
  const problems = problemsOf(receiving, outbox);
  const error = seesAll ? vitals.lastError() : undefined;
  const { lastOutage, silentMs } = receiving;
  const up = `up ${formatElapsed(now - vitals.startedAt)}`;
  return [
    problems.length === 0 ? `All is well · ${up}` : `Not well · ${up}`,
    ...problems.map((problem) => `✗ ${problem}`),
    ...(problems.length === 0 ? [`Telegram answered ${formatElapsed(silentMs)} ago`] : []),
    ...(lastOutage === undefined
      ? []
      : [`Last offline for ${formatElapsed(lastOutage.to - lastOutage.from)}, until ${ago(now - lastOutage.to)}`]),
    ...(outbox.waiting > 0 ? [`${countOf(outbox.waiting, "message")} on the way out`] : []),
    ...(error === undefined ? [] : [`Last error ${ago(now - error.at)}: ${error.message}`]),
  ];
}

function workLines({ running, queued, decisions }: WorkStatus, label: (run: RunStatus) => string): readonly string[] {
  if (running.length + queued.length === 0) return ["Nothing is running here."];
  return [
    ...running.map((run) => `▸ ${label(run)} · ${progressOf(run)}`),
    ...queued.map((run, index) => `${index + 1}. ${label(run)} · queued ${formatElapsed(run.elapsedMs)}`),
    ...decisions.map(({ kind, waitingMs }) => `? ${kind} waits for you since ${formatElapsed(waitingMs)}`),
  ];
}

function elsewhereLines(work: WorkStatus, seesAll: boolean): readonly string[] {
  const { running, queued } = work;
  if (running.length + queued.length === 0) return [];
  if (!seesAll) return [`In other chats: ${running.length} running, ${queued.length} queued.`];
  return ["In other chats:", ...workLines(work, placeLabel)];
}

/** As in `/queue`: those who read it here have read the prompt here. */
function promptLabel({ store }: ShowStatusDeps, { id, engine }: RunStatus): string {
  const run = store.findRun(id);
  return run === undefined ? engine : runLabel(run);
}

/** Prompts stay in their own chats. */
function placeLabel({ engine, project, startedBy }: RunStatus): string {
  return [engine, ...(project === undefined ? [] : [project]), startedBy].join(" · ");
}

function progressOf({ label, elapsedMs, steps, silentMs = 0 }: RunStatus): string {
  const parts: string[] = [label, formatElapsed(elapsedMs)];
  if (steps > 0) parts.push(`step ${steps}`);
  if (label === "working" && silentMs >= 60_000) parts.push(`silent for ${formatElapsed(silentMs)}`);
  return parts.join(" · ");
}

function ago(ms: number): string {
  return `${formatElapsed(ms)} ago`;
}
