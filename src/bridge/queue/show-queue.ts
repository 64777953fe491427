import type { IncomingMessage } from "../../domain/incoming.ts";
import type { Run } from "../../domain/run.ts";
import { formatElapsed } from "../../progress/elapsed.ts";
import type { Deliveries } from "../deliveries.ts";
import type { Clock } from "../ports.ts";
import { queuedInTurn } from "./queue-order.ts";
import { runLabel } from "../run-label.ts";
import { say } from "../say.ts";
import type { Store } from "../store-port.ts";

export interface QueueDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly deliveries: Deliveries;
}

/** `/queue`: what works and what waits in this chat, in the order in which it will run. */
export function showQueue(deps: QueueDeps, message: IncomingMessage): void {
  const { thread, messageId: replyTo } = message;
  const now = deps.clock.now();
  const working = deps.store.runsInState(["running"], thread).map((run) => workingLine(run, now));
  const queued = queuedInTurn(deps.store, thread).map((run, index) => `${index + 1}. ${runLabel(run)}`);
  const text = [
    ...(working.length === 0 ? ["Nothing is running here."] : working),
    ...(queued.length === 0
      ? []
      : ["", "Queued (edit the message to change one, its Drop button to take it out):", ...queued]),
  ].join("\n");
  say(deps.deliveries, { thread, replyTo, text });
}

function workingLine(run: Run, now: number): string {
  return `▸ ${runLabel(run)} · ${formatElapsed(now - (run.startedAt ?? now))}`;
}
