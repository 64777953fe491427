import type { IncomingMessage } from "../domain/incoming.ts";
import type { Run, RunId, Sender } from "../domain/run.ts";
import { type OfferDeps, offerButtons } from "./choices/offer-buttons.ts";
import type { Deliveries } from "./deliveries.ts";
import { type GuardDeps, hasRight, note, whyNotFor } from "./guard.ts";
import type { LiveRuns } from "./live-runs.ts";
import type { Clock } from "./ports.ts";
import type { Store } from "./store-port.ts";
import { describeEnding } from "./run-ending.ts";
import { runLabel } from "./run-label.ts";
import { say } from "./say.ts";

export interface CancelDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly lives: LiveRuns;
  readonly deliveries: Deliveries;
}

type CancelCommandDeps = CancelDeps & OfferDeps & GuardDeps;

/** `stopping`: its engine is being ended. `dropped`: it had not started. `ended`: there is nothing to cancel any more. */
export type CancelOutcome = "stopping" | "dropped" | "ended";

/** Stops a run, or takes it out of the queue. Cancelling twice does nothing the second time. */
export function cancelRun(deps: CancelDeps, runId: RunId, by: Sender): CancelOutcome {
  const run = deps.store.findRun(runId);
  if (run?.state !== "running" && run?.state !== "queued" && run?.state !== "held") return "ended";
  note(deps, by, { verb: "cancel", subject: runId });
  const live = deps.lives.open(run);
  live.stop("cancelled");
  if (run.state === "running") return "stopping";
  const completed = { type: "completed", engine: run.engine, ok: false, answer: "" } as const;
  deps.store.endRun(describeEnding(live, { completed, notices: [], finishedAt: deps.clock.now() }));
  deps.lives.close(runId);
  deps.deliveries.wake();
  return "dropped";
}

/** `/cancel`: the run of the replied-to message, or the only active one here; with several the user chooses. */
export function cancelByCommand(deps: CancelCommandDeps, message: IncomingMessage): void {
  const { thread, sender, messageId: replyTo } = message;
  const found = cancelTargets(deps, message);
  const targets = found.filter((run) => hasRight(deps, sender, { run, right: "chat" }));
  const [only, ...others] = targets;
  if (only === undefined) {
    const refusal = found[0] && whyNotFor(deps, sender, { id: found[0].id, thread, context: found[0].context });
    return say(deps.deliveries, { thread, replyTo, text: refusal ?? "Nothing is running here." });
  }
  if (others.length === 0) {
    const outcome = cancelRun(deps, only.id, sender);
    return outcome === "ended"
      ? say(deps.deliveries, { thread, replyTo, text: "That run has already ended." })
      : undefined;
  }
  const offers = targets.map((run) => ({ label: runLabel(run), offer: { kind: "cancel", runId: run.id } as const }));
  const keyboard = offerButtons(deps, message, offers).map((button) => [{ ...button, style: "danger" as const }]);
  say(deps.deliveries, { thread, replyTo, text: "Which run do you want to cancel?", keyboard });
}

function cancelTargets(deps: CancelDeps, { thread, replyTo }: IncomingMessage): readonly Run[] {
  if (replyTo === undefined) return deps.store.runsInState(["running", "queued"], thread);
  const link = deps.store.findMessage({ chatId: thread.chatId, messageId: replyTo.messageId });
  const run = link && deps.store.findRun(link.runId);
  return run === undefined ? [] : [run];
}
