import Database from "better-sqlite3";
import type { LocalMessage } from "../src/local/bot-api-types.ts";
import type { LocalState } from "../src/local/world/local-state.ts";
import { type PromptPlan, promptText } from "./scenario.ts";

/** A message of the bot with what it is about. */
export interface BotMessage {
  readonly chat: number;
  readonly topic?: number;
  readonly id: number;
  readonly text: string;
  readonly buttons: readonly { readonly label: string; readonly data: string }[];
  /** The text of an attached file. */
  readonly file?: { readonly name: string; readonly text: string };
  /** The prompt it is about, where that can be told. */
  readonly prompt?: string;
  /** Whether the bot has noted its id. */
  readonly isKnown: boolean;
}

/** What is said before its answer could come true. */
const UNFINISHED = /^(starting|queued|working|waiting for you) · /;
const ENDED = /^(?:\(topic is gone\)\n)?(?:↻ sent again[^\n]*\n+)?(?:done|error|cancelled|interrupted) ·/u;

export function isUnfinished({ text }: Pick<BotMessage, "text">): boolean {
  return UNFINISHED.test(text);
}

/** A message that tells how a run ended, and not one that asks, warns or works. */
export function tellsEnd({ text, file }: Pick<BotMessage, "text" | "file">): boolean {
  return file?.name === "answer.md" || ENDED.test(text);
}

/** What the journal knows, read beside the bot. */
export interface JournalView {
  /** `chat/message` to the text of the prompt. */
  readonly messages: ReadonlyMap<string, string>;
  readonly openWork: readonly string[];
}

/** Where it is not there yet there is nothing to do. */
export function readJournal(path: string): JournalView {
  const journal = new Database(path, { readonly: true, timeout: 2_000 });
  try {
    const links = journal.prepare<[], { chat: number; id: number; prompt: string }>(
      "SELECT m.chat_id AS chat, m.message_id AS id, r.prompt FROM messages m JOIN runs r ON r.id = m.run_id",
    );
    const messages = new Map(links.all().map(({ chat, id, prompt }) => [`${chat}/${id}`, prompt]));
    const openWork = Object.entries(OPEN_WORK).flatMap(([what, sql]) => {
      const count = journal.prepare<[], number>(sql).pluck().get() ?? 0;
      return count === 0 ? [] : [`${count} ${what}`];
    });
    return { messages, openWork };
  } finally {
    journal.close();
  }
}

const OPEN_WORK = {
  "updates to handle": "SELECT count(*) FROM inbox WHERE state = 'pending'",
  "runs queued or running": "SELECT count(*) FROM runs WHERE state IN ('queued', 'running')",
  "messages to send": "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')",
  "processes recorded": "SELECT count(*) FROM processes",
} as const;

export interface Attribution {
  readonly plans: readonly PromptPlan[];
  /** Message id of each prompt that was written. */
  readonly said: ReadonlyMap<string, { readonly chat: number; readonly id: number }>;
  readonly journal: ReadonlyMap<string, string>;
}

/** Reads one message of the bot. */
export function toBotMessage(state: LocalState, message: LocalMessage, about: Attribution): BotMessage {
  const { chat, message_id: id, message_thread_id: topic } = message;
  const text = message.text ?? message.caption ?? "";
  const file = fileOf(state, message);
  const prompt = promptOf(message, { text, fileText: file?.text ?? "" }, about);
  return {
    chat: chat.id,
    ...(topic !== undefined && { topic }),
    id,
    text,
    buttons: buttonsOf(message),
    ...(file && { file }),
    ...(prompt !== undefined && { prompt }),
    isKnown: about.journal.has(`${chat.id}/${id}`),
  };
}

function fileOf(state: LocalState, { document }: LocalMessage): BotMessage["file"] {
  const stored = document && state.files.find(document.file_id);
  return stored && { name: document?.file_name ?? "", text: new TextDecoder().decode(stored.bytes) };
}

function buttonsOf({ reply_markup: markup }: LocalMessage): BotMessage["buttons"] {
  const buttons = (markup?.inline_keyboard ?? []).flat();
  return buttons.map(({ text: label, callback_data: data = "" }) => ({ label, data }));
}

/** By the words of its answer, by what it replies to, or by what the journal says. */
function promptOf(
  { chat, message_id: id, reply_to_message: replied }: LocalMessage,
  { text, fileText }: { text: string; fileText: string },
  { plans, said, journal }: Attribution,
): string | undefined {
  const named = /\b(p\d+):\d+/.exec(`${text}\n${fileText}`)?.[1];
  if (named !== undefined) return named;
  for (const [name, place] of said) if (place.chat === chat.id && place.id === replied?.message_id) return name;
  const prompt = journal.get(`${chat.id}/${id}`);
  return plans.find((plan) => promptText(plan) === prompt)?.name;
}
