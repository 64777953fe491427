import type { IncomingMessage } from "../domain/incoming.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Clock } from "./ports.ts";
import type { Store } from "./store-port.ts";
import { say } from "./say.ts";
import type { SessionMemory } from "./session-memory.ts";

/** `/new`: the next prompt here begins a new session. Runs that are under way go on and do not bring the old one back. */
export function startNewSession(
  deps: { store: Store; clock: Clock; memory: SessionMemory; deliveries: Deliveries },
  message: IncomingMessage,
): void {
  const { thread, sender, messageId: replyTo } = message;
  const answer = (text: string): void => say(deps.deliveries, { thread, replyTo, text });
  if (!deps.memory.isOn)
    return answer("Every message starts a new session here. Reply to one of mine to continue its session.");
  deps.memory.reset(thread, sender, deps.clock.now());
  const active = deps.store.runsInState(["running", "queued"], thread).length;
  const rest =
    active === 0 ? "" : ` ${active === 1 ? "One run is" : `${active} runs are`} still under way; /cancel stops them.`;
  answer(`Your next message starts a new session.${rest}`);
}
