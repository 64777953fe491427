import type { IncomingMessage } from "../domain/incoming.ts";
import type { Run, RunId, Sender } from "../domain/run.ts";
import { formatCallbackData } from "../routing/callback-data.ts";
import type { Deliveries } from "./deliveries.ts";
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

/** `stopping`: its engine is being ended. `dropped`: it had not started. `ended`: there is nothing to cancel any more. */
export type CancelOutcome = "stopping" | "dropped" | "ended";

/** Stops a run, or takes it out of the queue. Cancelling twice does nothing the second time. */
export function cancelRun(deps: CancelDeps, runId: RunId, by: Sender): CancelOutcome {
  const run = deps.store.findRun(runId);
  if (run?.state !== "running" && run?.state !== "queued" && run?.state !== "held") return "ended";
  deps.store.audit({ at: deps.clock.now(), actor: String(by.id), verb: "cancel", subject: runId });
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
export function cancelByCommand(deps: CancelDeps, message: IncomingMessage): void {
  const { thread, sender, messageId: replyTo } = message;
  const targets = cancelTargets(deps, message);
  const [only, ...others] = targets;
  if (only === undefined) return say(deps.deliveries, { thread, replyTo, text: "Nothing is running here." });
  if (others.length === 0) {
    const outcome = cancelRun(deps, only.id, sender);
    return outcome === "ended"
      ? say(deps.deliveries, { thread, replyTo, text: "That run has already ended." })
      : undefined;
  }
  const keyboard = targets.map((run) => [
    {
      label: runLabel(run),
      data: formatCallbackData({ kind: "run", verb: "cancel", runId: run.id }),
      style: "danger" as const,
    },
  ]);
  say(deps.deliveries, { thread, replyTo, text: "Which run do you want to cancel?", keyboard });
}

function cancelTargets(deps: CancelDeps, { thread, replyTo }: IncomingMessage): readonly Run[] {
  if (replyTo === undefined) return deps.store.runsInState(["running", "queued"], thread);
  const link = deps.store.findMessage({ chatId: thread.chatId, messageId: replyTo.messageId });
  const run = link && deps.store.findRun(link.runId);
  return run === undefined ? [] : [run];
}
