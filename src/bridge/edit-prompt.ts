import type { IncomingMessage } from "../domain/incoming.ts";
import { type OfferDeps, offerButtons } from "./choices/offer-buttons.ts";
import type { Deliveries } from "./deliveries.ts";
import { type GuardDeps, whyNotFor } from "./guard.ts";
import { say } from "./say.ts";
import type { Store } from "./store-port.ts";

export type EditDeps = OfferDeps & GuardDeps & { readonly store: Store; readonly deliveries: Deliveries };

/**
 * Honours an edited prompt while its run has not started. Later the edit can't reach the engine by itself any more: while the run works
 * the user is offered to send the new text after it, and when it has ended nothing is said.
 */
export function editPrompt(deps: EditDeps, message: IncomingMessage, prompt: string): void {
  const { thread, messageId } = message;
  const link = deps.store.findMessage({ chatId: thread.chatId, messageId });
  if (link?.role !== "prompt" || prompt.trim() === "") return;
  const { runId } = link;
  const run = deps.store.findRun(runId);
  // Nothing is said, as when the run has ended.
  if (run === undefined || whyNotFor(deps, message.sender, run) !== undefined) return;
  if (deps.store.replacePrompt(runId, prompt)) return;
  const state = deps.store.findRun(runId)?.state;
  // A queued prompt that can't be changed is being passed to the run that works.
  if (state !== "running" && state !== "queued") return;
  const offer = { kind: "prompt", runId, prompt: `I changed my message. It now reads:\n\n${prompt}` } as const;
  const keyboard = [offerButtons(deps, message, [{ label: "Send as follow-up", offer }])];
  say(deps.deliveries, {
    thread,
    replyTo: messageId,
    text:
      state === "running"
        ? "This run had already started with the old text."
        : "This was already being passed to a run with the old text.",
    keyboard,
  });
}
