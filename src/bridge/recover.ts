import { expireDecisions, type ExpiryDeps } from "./decisions/expire-decisions.ts";
import { collapsedCard, offerKeyboard, runCard } from "./run-messages.ts";
import type { Deliveries } from "./deliveries.ts";
import type { LiveRuns } from "./live-runs.ts";
import type { Clock, Log, Processes } from "./ports.ts";
import type { DurableOperation } from "./durable-operation.ts";
import type { OpenCard, Store } from "./store-port.ts";
import { interruptedRows } from "./run-ending.ts";
import { say } from "./say.ts";

export interface RecoveryDeps extends ExpiryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly lives: LiveRuns;
  readonly processes: Processes;
  readonly deliveries: Deliveries;
}

/**
 * Puts the journal right after the program ended without ado: what was being sent is sent again with a mark, runs that were working
 * are `interrupted` and their messages say so and offer to resume, what their engines had asked is void, progress messages left behind by ended runs are removed or
 * corrected, and the processes of those runs are ended. Resolves when no such process is left; until then no run may start.
 */
export async function recover(deps: RecoveryDeps): Promise<void> {
  const { store, log } = deps;
  const resent = store.resolveSending();
  const interrupted = interruptRuns(deps);
  const corrected = correctCards(deps);
  const expired = expireDecisions(deps);
  const withheld = offerSteered(deps);
  deps.deliveries.wake();
  const processes = store.recordedProcesses();
  if (resent + interrupted + corrected + expired + withheld + processes.length > 0) {
    log.info("recovered from an unclean end", {
      resent,
      interrupted,
      corrected,
      expired,
      withheld,
      processes: processes.length,
    });
  }
  await deps.processes.endRecorded(processes);
  for (const { runId } of processes) store.forgetProcesses(runId);
}

function interruptRuns({ store, clock, lives }: RecoveryDeps): number {
  const runs = store.runsInState(["running"]);
  for (const run of runs) {
    const outbox = interruptedRows(lives.open(run));
    store.endRun({ runId: run.id, state: "interrupted", finishedAt: clock.now(), outbox });
    lives.close(run.id);
  }
  return runs.length;
}

/** Prompts that were being passed to a run: they may have reached its engine, so the user says whether they are to run. */
function offerSteered({ store, deliveries }: RecoveryDeps): number {
  const runs = store.withholdSteered();
  for (const { id: runId, thread, promptMessageId: replyTo } of runs) {
    // Its progress message would go on saying that it is being passed on.
    const card = store.progressMessage(runId);
    const removal = card && ({ type: "delete", messageId: card.messageId } as const);
    if (removal !== undefined) store.enqueue({ thread, runId, role: "progress", operation: removal });
    const text = "This was being passed to a run when Takopi ended, and may have reached it. Run it?";
    say(deliveries, { thread, replyTo, text, runId, keyboard: offerKeyboard(runId), isLoud: true });
  }
  return runs.length;
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
