import type { IncomingMessage } from "../domain/incoming.ts";
import type { Run } from "../domain/run.ts";
import type { Thread } from "../domain/thread.ts";
import { splitText } from "../render/split.ts";
import { covered, join, plain } from "../render/text-builder.ts";
import { type Chat, ChatError } from "./chat-port.ts";
import type { Deliveries } from "./deliveries.ts";
import { type GuardDeps, hasRight, note } from "./guard.ts";
import { say } from "./say.ts";
import type { BridgeSettings } from "./settings.ts";

export interface RevealDeps extends GuardDeps {
  readonly chat: Chat;
  readonly deliveries: Deliveries;
  readonly settings: BridgeSettings;
}

/** Telegram takes 4096. */
const MAX_CHARS = 4000;

/** What is covered in something a user can point at. */
interface Covered {
  readonly run: Run;
  readonly secrets: readonly string[];
}

/**
 * `/reveal`, as a reply or for the latest answer: shows what is covered there, to the one who asks and nobody else. It never goes through
 * the journal, where it would stay: what does not arrive has to be asked for again. Who has seen it is written down before.
 */
export async function revealSecrets(deps: RevealDeps, message: IncomingMessage): Promise<void> {
  const { thread, messageId: replyTo, sender, chatType } = message;
  const tell = (text: string): void => say(deps.deliveries, { thread, replyTo, text });
  const found = coveredIn(deps, message);
  if (found === undefined) return tell("There is no answer here yet in which something could be covered.");
  if (!hasRight(deps, sender, { run: found.run, right: "admin" })) {
    deps.refusals.refuse({ by: sender, why: "may not see secrets", subject: found.run.id });
    return tell("Only an admin of this chat may see what is covered.");
  }
  if (found.secrets.length === 0) {
    const whole = "Nothing is covered in that answer that could be shown.";
    return tell(message.replyTo === undefined ? `${whole} To see another one's, reply to it with /reveal.` : whole);
  }
  note(deps, sender, { verb: "reveal", subject: found.run.id, detail: { secrets: found.secrets.length } });
  const isPrivate = chatType === "private";
  const outcome = await show(deps, isPrivate ? thread : { chatId: sender.id }, found.secrets);
  if (outcome !== undefined) return tell(whyNotShown(outcome, isPrivate));
  if (!isPrivate) tell("I have sent it to you alone, in our private chat.");
}

/** How many secrets are covered in the latest answer of a thread. */
export function coveredCount({ store, settings }: Pick<RevealDeps, "store" | "settings">, thread: Thread): number {
  const run = store.lastAnswered(thread);
  return run === undefined ? 0 : secretsOf({ store, settings }, run).length;
}

function coveredIn({ store, settings }: RevealDeps, message: IncomingMessage): Covered | undefined {
  const { thread, replyTo } = message;
  if (replyTo === undefined) {
    const last = store.lastAnswered(thread);
    return last && { run: last, secrets: secretsOf({ store, settings }, last) };
  }
  const target = { chatId: thread.chatId, messageId: replyTo.messageId };
  const decision = store.decisionOfMessage(target);
  const runId = decision?.runId ?? store.findMessage(target)?.runId;
  const run = runId === undefined ? undefined : store.findRun(runId);
  if (run === undefined) return undefined;
  if (decision === undefined) return { run, secrets: secretsOf({ store, settings }, run) };
  return { run, secrets: [...new Set(textsOf(decision.request).flatMap(settings.secrets.secretsIn))] };
}

function secretsOf({ store, settings }: Pick<RevealDeps, "store" | "settings">, run: Run): readonly string[] {
  const { answer = "", error = "" } = store.resultOf(run.id) ?? {};
  return settings.secrets.secretsIn([answer, error].join("\n"));
}

/** Every text in what an engine asks. */
function textsOf(value: unknown, depth: number = 0): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > 40) return [];
  return Object.values(value).flatMap((item) => textsOf(item, depth + 1));
}

async function show({ chat }: RevealDeps, thread: Thread, secrets: readonly string[]): Promise<ChatError | undefined> {
  const lines = secrets.map((secret) => covered(plain(secret), { type: "spoiler" }));
  const head = plain(
    secrets.length === 1 ? "The secret that is covered there:" : "The secrets that are covered there:",
  );
  const tail = plain("Delete this message when you have seen it.");
  try {
    for (const content of splitText(join([head, ...lines, tail], "\n\n"), { maxChars: MAX_CHARS })) {
      await chat.send({ thread, content, silent: true, urgency: "normal", reveals: true });
    }
    return undefined;
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
}

function whyNotShown({ fault }: ChatError, isPrivate: boolean): string {
  const isClosed = fault === "chat_closed" || fault === "rejected";
  return !isPrivate && isClosed
    ? "I can show it in our private chat only. Open it, press Start, and ask here again."
    : "It could not be sent. Ask again in a moment.";
}
