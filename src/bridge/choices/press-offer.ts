import { clipped } from "../../domain/clipped.ts";
import type { ButtonPress } from "../../domain/incoming.ts";
import type { Run } from "../../domain/run.ts";
import { cancelRun } from "../cancel-run.ts";
import { placeOf, whyNotFor } from "../guard.ts";
import { DEAD_BUTTON, refusePress } from "../presses/press-guard.ts";
import { removePressed, replacePressed } from "../presses/replace-pressed.ts";
import { resumeOnce } from "../resume-run.ts";
import { type ContinueDeps, continueSession } from "./continue-session.ts";
import { choosePreference } from "./choose-preference.ts";
import type { Offer, OfferRow } from "./choice-store.ts";

type Taken<Kind extends Offer["kind"]> = { readonly id: string; readonly offer: Extract<Offer, { kind: Kind }> };

const MAX_PROMPT_CHARS = 1_000;
const TAKEN: Readonly<Record<Offer["kind"], string>> = {
  preference: "This was already chosen.",
  session: "This was already started.",
  prompt: "This was already resumed.",
  cancel: "That run has already ended.",
  leave: "This was already left.",
};

/** A press on something that was offered in this chat. Returns what the presser is told. */
export function pressOffer(deps: ContinueDeps, press: ButtonPress, id: string): string {
  const row = deps.store.findOffer(id);
  if (row === undefined || !isUnder(deps, press, row)) {
    return refusePress(deps, press, { why: "a button that is not of this message", toast: DEAD_BUTTON });
  }
  if (!isFor(deps, press, row)) {
    return refusePress(deps, press, { why: "an offer to somebody else", toast: "This was not offered to you." });
  }
  return row.isTaken ? tooLate(deps, press, row.offer) : take(deps, press, row);
}

function take(deps: ContinueDeps, press: ButtonPress, { id, offer }: OfferRow): string {
  switch (offer.kind) {
    case "preference":
      return choose(deps, press, { id, offer });
    case "session":
      return goOn(deps, press, { id, offer });
    case "prompt":
      return resumeWith(deps, press, { id, offer });
    case "cancel":
      return cancelOffered(deps, press, { id, offer });
    case "leave":
      deps.store.takeOffersWith(id);
      removePressed(deps, press);
      return "Left as it is.";
  }
}

/** An offer's message is known once it was sent; before that, a press can't come from one that is known to be another. */
function isUnder({ store }: ContinueDeps, { thread, messageId }: ButtonPress, row: OfferRow): boolean {
  if (row.thread.chatId !== thread.chatId) return false;
  if (row.messageId !== undefined) return row.messageId === messageId;
  return store.findMessage({ chatId: thread.chatId, messageId }) === undefined;
}

/** What somebody asked for is theirs, and an admin's; what the bot offers by itself answers what an engine asked. */
function isFor(deps: ContinueDeps, { sender, thread }: ButtonPress, { askedBy, offer }: OfferRow): boolean {
  const run = offer.kind === "prompt" ? deps.store.findRun(offer.runId) : undefined;
  const { decide, admin } = deps.rights(sender.id, run === undefined ? { chatId: thread.chatId } : placeOf(run));
  return askedBy === undefined ? decide : askedBy === sender.id || admin;
}

function tooLate(deps: ContinueDeps, press: ButtonPress, { kind }: Offer): string {
  return refusePress(deps, press, { why: "an old button", toast: TAKEN[kind] });
}

function choose(deps: ContinueDeps, press: ButtonPress, { id, offer: { name, value } }: Taken<"preference">): string {
  const refusal = choosePreference(deps, press, { name, value });
  if (refusal !== undefined) return refusal;
  deps.store.takeOffersWith(id);
  const [what, engine] = name.split(":");
  const of = engine === undefined ? "" : ` of ${engine}`;
  const noun = what === "effort" ? "reasoning effort" : what;
  const text = `${noun}${of}: ${value ?? "default"}, from the next run on.`;
  replacePressed(deps, press, text);
  return value ?? "Default";
}

/** A warning may follow, so the list stays; with a prompt it holds once. */
function goOn(deps: ContinueDeps, press: ButtonPress, { id, offer }: Taken<"session">): string {
  const refusal = continueSession(deps, offer, { ...press, replyTo: press.messageId });
  if (refusal !== undefined) return refusal;
  if (offer.prompt !== undefined && !offer.isOpen) deps.store.takeOffer(id);
  return offer.title;
}

function resumeWith(deps: ContinueDeps, press: ButtonPress, { id, offer }: Taken<"prompt">): string {
  const run = deps.store.findRun(offer.runId);
  if (run === undefined) return DEAD_BUTTON;
  const refusal = whyNotFor(deps, press.sender, run);
  if (refusal !== undefined) return refusal;
  const { sender, updateId } = press;
  const { prompt, notBefore } = offer;
  const next = { run: offer.endsPlan === true ? withoutPlan(run) : run, prompt, ...(notBefore && { notBefore }) };
  if (!resumeOnce(deps, { ...next, sender, updateId })) return tooLate(deps, press, offer);
  deps.store.takeOffersWith(id);
  if (notBefore !== undefined && notBefore > deps.clock.now()) {
    // It is in the queue, where its own message says when it goes on.
    removePressed(deps, press);
    return "It is in the queue.";
  }
  replacePressed(deps, press, `Resuming: ${clipped(prompt, MAX_PROMPT_CHARS)}`);
  return "Resuming.";
}

function cancelOffered(deps: ContinueDeps, press: ButtonPress, { id, offer }: Taken<"cancel">): string {
  const run = deps.store.findRun(offer.runId);
  if (run === undefined) return DEAD_BUTTON;
  const refusal = whyNotFor(deps, press.sender, { id: run.id, thread: run.thread, context: run.context });
  if (refusal !== undefined) return refusal;
  deps.store.takeOffersWith(id);
  removePressed(deps, press);
  return cancelRun(deps, run.id, press.sender) === "ended" ? TAKEN.cancel : "Cancelling…";
}

function withoutPlan(run: Run): Run {
  const { plan: _approved, ...options } = run.options;
  return { ...run, options };
}
