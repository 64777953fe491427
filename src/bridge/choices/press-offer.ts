import type { ButtonPress } from "../../domain/incoming.ts";
import type { Run } from "../../domain/run.ts";
import { plain } from "../../render/text-builder.ts";
import { clipped } from "../decisions/shorten.ts";
import { resumeOnce } from "../resume-run.ts";
import { type ContinueDeps, continueSession } from "./continue-session.ts";
import type { Offer } from "./choice-store.ts";

const MAX_PROMPT_CHARS = 1_000;
const GONE = "This button no longer works.";

/** A press on something that was offered in this chat. Returns what the presser is told. */
export function pressOffer(deps: ContinueDeps, press: ButtonPress, id: string): string {
  const row = deps.store.findOffer(id);
  if (row?.thread.chatId !== press.thread.chatId) return GONE;
  const { offer } = row;
  switch (offer.kind) {
    case "preference":
      return choose(deps, press, offer);
    case "session":
      return row.isTaken ? "This was already started." : goOn(deps, press, { id, offer });
    case "prompt":
      return row.isTaken ? "This was already resumed." : resumeWith(deps, press, { id, offer });
  }
}

function choose(
  deps: ContinueDeps,
  press: ButtonPress,
  { name, value }: Extract<Offer, { kind: "preference" }>,
): string {
  deps.store.setPreference(press.thread, name, value);
  const [what, engine] = name.split(":");
  const of = engine === undefined ? "" : ` of ${engine}`;
  const noun = what === "effort" ? "reasoning effort" : what;
  const text = `${noun}${of}: ${value ?? "default"}, from the next run on.`;
  replace(deps, press, text);
  return value ?? "Default";
}

/** A warning may follow, so the list stays; with a prompt it holds once. */
function goOn(
  deps: ContinueDeps,
  press: ButtonPress,
  { id, offer }: { id: string; offer: Extract<Offer, { kind: "session" }> },
): string {
  continueSession(deps, offer, { ...press, replyTo: press.messageId });
  if (offer.prompt !== undefined && !offer.isOpen) deps.store.takeOffer(id);
  return offer.title;
}

function resumeWith(
  deps: ContinueDeps,
  press: ButtonPress,
  { id, offer }: { id: string; offer: Extract<Offer, { kind: "prompt" }> },
): string {
  const run = deps.store.findRun(offer.runId);
  if (run === undefined) return GONE;
  const { sender, updateId } = press;
  const wish = { run: offer.endsPlan === true ? withoutPlan(run) : run, prompt: offer.prompt, sender, updateId };
  if (!resumeOnce(deps, wish)) return "This was already resumed.";
  deps.store.takeOffer(id);
  replace(deps, press, `Resuming: ${clipped(offer.prompt, MAX_PROMPT_CHARS)}`);
  return "Resuming.";
}

function withoutPlan(run: Run): Run {
  const { plan: _approved, ...options } = run.options;
  return { ...run, options };
}

function replace(deps: ContinueDeps, press: ButtonPress, text: string): void {
  const operation = { type: "edit", messageId: press.messageId, content: plain(text), keyboard: [] } as const;
  deps.deliveries.enqueue({ thread: press.thread, role: "notice", operation });
}
