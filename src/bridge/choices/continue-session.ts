import type { Run, Sender } from "../../domain/run.ts";
import { sessionKeyOf } from "../../domain/run.ts";
import type { Thread } from "../../domain/thread.ts";
import { footer } from "../../render/footer.ts";
import { join, plain } from "../../render/text-builder.ts";
import { formatContextLine } from "../../routing/context-line.ts";
import { acceptRun, type PromptDeps } from "../accept-prompt.ts";
import { whyNotFor } from "../guard.ts";
import { knownRunner } from "../known-engines.ts";
import { say } from "../say.ts";
import type { Offer } from "./choice-store.ts";
import { type OfferDeps, offerButtons } from "./offer-buttons.ts";
import { choosePreference, mayChoose } from "./choose-preference.ts";
import { chosenEngine, optionsOf } from "./preferences.ts";

export type ContinueDeps = PromptDeps & OfferDeps;

export interface ContinueWish {
  readonly thread: Thread;
  readonly sender: Sender;
  readonly updateId: number;
  /** The message that asked for it. */
  readonly replyTo: number;
  /** The question whether a prompt is to run, where that may no longer be wanted. */
  readonly doubt?: string;
}

type SessionOffer = Extract<Offer, { kind: "session" }>;

/** Makes a session this chat's own, or warns first where a program has it open: two writers of one session lose each other's turns. Returns why not, when the sender may not have it. */
export function continueSession(deps: ContinueDeps, offer: SessionOffer, wish: ContinueWish): string | undefined {
  const { token: resume, context, prompt } = offer;
  const refusal = whyNotFor(deps, wish.sender, { thread: wish.thread, context, resume });
  if (refusal !== undefined) return refusal;
  if (offer.isOpen) {
    warn(deps, offer, wish);
  } else if (prompt === undefined) {
    announceSession(deps, offer, wish);
  } else {
    adopt(deps, offer, wish);
    startRun(deps, { ...offer, prompt }, wish);
  }
  return undefined;
}

function warn(deps: ContinueDeps, offer: SessionOffer, wish: ContinueWish): void {
  const { thread, replyTo } = wish;
  const text = `“${offer.title}” is open in ${offer.token.engine} right now. What is said here will not show up there, and the other way round: close it there first, or go on anyway.`;
  const keyboard = [offerButtons(deps, wish, [{ label: "Continue anyway", offer: { ...offer, isOpen: false } }])];
  say(deps.deliveries, { thread, replyTo, text, keyboard });
}

/** A reply to this message continues the session, by the resume line in it; where the chat remembers, any message does. */
function announceSession(deps: ContinueDeps, offer: SessionOffer, wish: ContinueWish): void {
  const notes = adopt(deps, offer, wish);
  const how = deps.memory.isOn ? "Your next message goes on there." : "Reply to this message to go on there.";
  const context = formatContextLine(offer.context);
  const runner = knownRunner(deps.engines, offer.token.engine);
  const lines = footer({
    ...(context !== undefined && { context }),
    ...(runner && { resumeLine: runner.formatResume(offer.token) }),
  });
  const content = join(
    [plain([`“${offer.title}” of ${offer.token.engine}. ${how}`, ...notes].join("\n")), ...(lines ? [lines] : [])],
    "\n\n",
  );
  const operation = { type: "send", content, replyTo: wish.replyTo, silent: true, urgency: "normal" } as const;
  deps.deliveries.enqueue({ thread: wish.thread, role: "notice", operation });
}

/** The chat goes on with this session by itself, and so with its engine. Returns what the user must know about that. */
function adopt(
  deps: ContinueDeps,
  { token, context }: SessionOffer,
  { thread, sender }: ContinueWish,
): readonly string[] {
  if (!deps.memory.isOn) return [];
  deps.memory.choose({ thread, sender, token, now: deps.clock.now() });
  if (chosenEngine(deps, thread, context.project).value === token.engine) return [];
  if (!mayChoose(deps, { thread, sender })) return [`Begin your next message with /${token.engine} to go on there.`];
  choosePreference(deps, { thread, sender }, { name: "engine", value: token.engine });
  return [`Prompts here go to ${token.engine} from now on; /agent changes that.`];
}

function startRun(deps: ContinueDeps, offer: SessionOffer & { readonly prompt: string }, wish: ContinueWish): void {
  const { token, context, cwd, prompt } = offer;
  const createdAt = deps.clock.now();
  const run: Run = {
    id: deps.newRunId(),
    thread: wish.thread,
    sender: wish.sender,
    promptMessageId: wish.replyTo,
    prompt,
    engine: token.engine,
    resume: token,
    sessionKey: sessionKeyOf(token),
    context,
    cwd,
    options: optionsOf(deps, wish.thread, { engine: token.engine, context }),
    state: "queued",
    createdAt,
    notBefore: createdAt,
  };
  acceptRun(deps, run, { updateId: wish.updateId, doubt: wish.doubt });
}
