import type { IncomingMessage } from "../domain/incoming.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Store } from "./store-port.ts";
import { say } from "./say.ts";

/**
 * Honours an edited prompt while its run has not started. Later the edit can't reach the engine any more: the user is told once
 * while the run works, and not at all when it has ended.
 */
export function editPrompt(
  deps: { store: Store; deliveries: Deliveries },
  message: IncomingMessage,
  prompt: string,
): void {
  const { thread, messageId } = message;
  const link = deps.store.findMessage({ chatId: thread.chatId, messageId });
  if (link?.role !== "prompt" || prompt.trim() === "") return;
  if (deps.store.replacePrompt(link.runId, prompt)) return;
  if (deps.store.findRun(link.runId)?.state !== "running") return;
  const text = "This run had already started with the old text. Reply to it with what should change.";
  say(deps.deliveries, { thread, replyTo: messageId, text });
}
