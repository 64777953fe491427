import type { Run, RunId } from "../../domain/run.ts";
import { expireDecisions, type ExpiryDeps } from "../decisions/expire-decisions.ts";
import { collapsedCard, offerKeyboard, runCard } from "../run-messages.ts";
import type { Deliveries } from "../deliveries.ts";
import type { LiveRuns } from "../live-runs.ts";
import type { Clock, Log, Processes } from "../ports.ts";
import type { DurableOperation } from "../durable-operation.ts";
import type { NewOutboxRow, OpenCard, RecordedProcess, Store } from "../store-port.ts";
import { interruptedRows } from "../run-ending.ts";
import { noticeRow } from "../say.ts";
import { untilWritten } from "../until-written.ts";
import { requeueUnbegun, takeUpRuns, type TakeUpDeps } from "./take-up.ts";

export interface RecoveryDeps extends ExpiryDeps, TakeUpDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly lives: LiveRuns;
  readonly processes: Processes;
  readonly deliveries: Deliveries;
}

/**
 * Puts the journal right after the program ended without ado, or left its runs to this start: what was being sent is sent again with a
 * mark; runs whose engines survived go on, those whose engines have not begun wait again; the others that were working are `interrupted`,
 * their messages say so and offer to resume, what their engines had asked is void, and their processes are ended; progress messages left
 * behind by ended runs are removed or corrected. Resolves when no process is left that is not of a run which goes on; until then no run may
 * start.
 */
export async function recover(deps: RecoveryDeps): Promise<void> {
  const { store, log } = deps;
  const takenUp = new Set<RunId>();
  const counts = {
    resent: 0,
    requeued: 0,
    interrupted: 0,
    corrected: 0,
    expired: 0,
    withheld: 0,
    processes: 0,
    takenUp: 0,
  };
  let processes: readonly RecordedProcess[] = [];
  await inTurn(deps, [
    () => (counts.resent = store.resolveSending()),
    () => takeUpRuns(deps).forEach(({ id }) => takenUp.add(id)),
    () => (counts.requeued = requeueUnbegun(deps)),
    () => (counts.interrupted = interruptRuns(deps, takenUp)),
    () => (counts.corrected = correctCards(deps)),
    () => (counts.expired = expireDecisions(deps, (runId) => takenUp.has(runId))),
    () => (counts.withheld = offerSteered(deps)),
    () => deps.deliveries.wake(),
    () => (processes = store.recordedProcesses().filter(({ runId }) => !takenUp.has(runId))),
  ]);
  counts.processes = processes.length;
  counts.takenUp = takenUp.size;
  if (Object.values(counts).some((count) => count > 0)) log.info("recovered from an unclean end", counts);
  await endProcesses(deps, processes, takenUp);
}

/** Takes the steps at once, so that no update comes in between; one that can't be written is tried until it can, and the rest wait for it. */
async function inTurn(deps: RecoveryDeps, steps: readonly (() => unknown)[]): Promise<void> {
  const left = [...steps];
  await untilWritten(deps, () => {
    for (let [step] = left; step !== undefined; [step] = left) {
      step();
      left.shift();
    }
  });
}

/** An engine may have been started and not been recorded any more: then its run has a record, and the engine bears its mark. */
async function endProcesses(
  deps: RecoveryDeps,
  processes: readonly RecordedProcess[],
  takenUp: ReadonlySet<RunId>,
): Promise<void> {
  const { processes: system, store, records } = deps;
  const leftRecords = records.runIds().filter((runId) => !takenUp.has(runId));
  await system.endRecorded(processes);
  await system.endMarked(leftRecords);
  for (const { runId } of processes) await untilWritten(deps, () => store.forgetProcesses(runId));
  for (const runId of leftRecords) records.remove(runId);
}

function interruptRuns({ store, clock, lives }: RecoveryDeps, takenUp: ReadonlySet<RunId>): number {
  const runs = store.runsInState(["running"]).filter(({ id }) => !takenUp.has(id));
  for (const run of runs) {
    const outbox = interruptedRows(lives.open(run));
    store.endRun({ runId: run.id, state: "interrupted", finishedAt: clock.now(), outbox });
    lives.close(run.id);
  }
  return runs.length;
}

/** Prompts that were being passed to a run: they may have reached its engine, so the user says whether they are to run. */
function offerSteered({ store }: RecoveryDeps): number {
  return store.withholdSteered((run) => steeredOffer(store, run)).length;
}

function steeredOffer(store: Store, { id: runId, thread, promptMessageId: replyTo }: Run): readonly NewOutboxRow[] {
  const text = "This was being passed to a run when Takopi ended, and may have reached it. Run it?";
  const offer = noticeRow({ thread, replyTo, text, runId, keyboard: offerKeyboard(runId), isLoud: true });
  // Its progress message would go on saying that it is being passed on.
  const card = store.progressMessage(runId);
  if (card === undefined) return [offer];
  return [{ thread, runId, role: "progress", operation: { type: "delete", messageId: card.messageId } }, offer];
}

/** Progress messages whose sending ended after their run did, so that nothing was queued for them. */
function correctCards({ store, lives }: RecoveryDeps): number {
  const cards = store.openCards();
  for (const card of cards) {
    store.enqueue({
      thread: card.run.thread,
      runId: card.run.id,
      role: "progress",
      operation: correction(lives, card),
    });
    lives.close(card.run.id);
  }
  return cards.length;
}

function correction(lives: LiveRuns, { run, message }: OpenCard): DurableOperation {
  const { messageId } = message;
  const shown = lives.open(run).shown();
  if (run.state === "cancelled") return { type: "edit", messageId, ...runCard(shown, "cancelled", { keyboard: [] }) };
  if (run.state === "interrupted") return { type: "edit", messageId, ...collapsedCard(shown, "interrupted") };
  return { type: "delete", messageId };
}
