import type { ButtonPress } from "../domain/incoming.ts";
import { newSessionKey, type Run, sessionKeyOf } from "../domain/run.ts";
import { plain } from "../render/text-builder.ts";
import { parseCallbackData, type PressTarget } from "../routing/callback-data.ts";
import { enterQueue, type PromptDeps } from "./accept-prompt.ts";
import { cancelRun, type CancelOutcome } from "./cancel-run.ts";
import type { Chat } from "./chat-port.ts";
import { runCard } from "./run-messages.ts";

export type PressDeps = PromptDeps & { readonly chat: Chat };

const CANCEL_TOASTS: Readonly<Record<CancelOutcome, string>> = {
  stopping: "Cancelling…",
  dropped: "Dropped from the queue.",
  ended: "That run has already ended.",
};

/** Does what a button says, once, and tells the presser what came of it. A button that no longer means anything says so. */
export function pressButton(deps: PressDeps, press: ButtonPress): void {
  const target = parseCallbackData(press.data);
  const run = target && deps.store.findRun(target.runId);
  const isHere = run?.thread.chatId === press.thread.chatId;
  const toast = target && run && isHere ? act(deps, press, { verb: target.verb, run }) : "This button no longer works.";
  // Not waited for: an answer that hangs must not hold up the updates behind it.
  void deps.chat.answerPress(press.pressId, toast);
}

function act(deps: PressDeps, press: ButtonPress, { verb, run }: { verb: PressTarget["verb"]; run: Run }): string {
  switch (verb) {
    case "cancel":
      removeStray(deps, press);
      return CANCEL_TOASTS[cancelRun(deps, run.id, press.sender)];
    case "run":
      return releaseHeld(deps, press, run);
    case "discard":
      return discardHeld(deps, press, run);
    case "resume":
      return resumeInterrupted(deps, press, run);
  }
}

/**
 * A message with a cancel button that is no progress message the journal knows: the question which run to cancel, or a receipt whose
 * id was lost with Telegram's answer. Nobody would ever change it again.
 */
function removeStray({ store, deliveries }: PressDeps, { thread, messageId }: ButtonPress): void {
  if (store.findMessage({ chatId: thread.chatId, messageId }) !== undefined) return;
  deliveries.enqueue({ thread, role: "notice", operation: { type: "delete", messageId } });
}

function releaseHeld(deps: PressDeps, press: ButtonPress, run: Run): string {
  if (!deps.store.releaseRun(run.id)) return "This was already decided.";
  replaceOffer(deps, press, "Running it now.");
  enterQueue(deps, { ...run, state: "queued" });
  return "Running it.";
}

function discardHeld(deps: PressDeps, press: ButtonPress, run: Run): string {
  const finishedAt = deps.clock.now();
  if (run.state !== "held") return "This was already decided.";
  deps.store.endRun({ runId: run.id, state: "cancelled", finishedAt, outbox: [] });
  replaceOffer(deps, press, "Discarded.");
  return "Discarded.";
}

/** Goes on in the session of a run that the bot's end cut short; without a session the prompt is run again. */
function resumeInterrupted(deps: PressDeps, press: ButtonPress, run: Run): string {
  const mark = `resumed:${run.id}`;
  if (run.state !== "interrupted" || deps.store.getFact(mark) !== undefined) return "This was already resumed.";
  const id = deps.newRunId();
  const createdAt = deps.clock.now();
  const session = run.resume
    ? { prompt: "continue", sessionKey: sessionKeyOf(run.resume), resume: run.resume }
    : { prompt: run.prompt, sessionKey: newSessionKey(id) };
  const { startedAt: _started, finishedAt: _finished, error: _error, ...rest } = run;
  const next: Run = { ...rest, ...session, id, sender: press.sender, state: "queued", createdAt, notBefore: createdAt };
  if (!deps.store.acceptRun(next, press.updateId)) return "This was already resumed.";
  deps.store.setFact(mark, id);
  replaceCard(deps, press, run);
  enterQueue(deps, next);
  return "Resuming.";
}

/** The card stays as the record of what was interrupted, without its button. */
function replaceCard({ lives, deliveries }: PressDeps, { thread, messageId }: ButtonPress, run: Run): void {
  const card = runCard(lives.open(run).shown(), "interrupted", []);
  lives.close(run.id);
  deliveries.enqueue({ thread, role: "notice", operation: { type: "edit", messageId, ...card } });
}

function replaceOffer(deps: PressDeps, press: ButtonPress, text: string): void {
  const operation = { type: "edit", messageId: press.messageId, content: plain(text), keyboard: [] } as const;
  deps.deliveries.enqueue({ thread: press.thread, role: "notice", operation });
}
