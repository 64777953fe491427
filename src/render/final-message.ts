import type { MessageText } from "../domain/message-text.ts";
import { renderMarkdown } from "./markdown.ts";
import { splitText } from "./split.ts";
import { join, plain } from "./text-builder.ts";

export interface FinalInput {
  /** `done · claude · 1m 04s · step 7` */
  readonly header: string;
  /** Markdown; may be empty. */
  readonly answer: string;
  readonly error?: string;
  /** Sentences the user must see beside the answer, such as that a new session was begun. */
  readonly notices: readonly string[];
  readonly footer?: MessageText;
  /** How many messages an answer may take before it becomes a file: 4, or 1 where answers are trimmed. */
  readonly maxParts: number;
  /** Applied to the whole text before it is split; keeps its length. */
  readonly cover?: (content: MessageText) => MessageText;
}

/** What the user gets at the end of a run, in this order. */
export interface FinalMessages {
  readonly parts: readonly MessageText[];
  /** The whole answer as Markdown, when it takes more messages than allowed. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** Telegram: 4096 UTF-16 units a message, less a line that marks a copy sent twice. */
const MAX_CHARS = 4096 - 80;
/** Room for ` · continued (12/34)`. */
const CONTINUED_CHARS = 24;

/** The complete answer in as many messages as it needs; the footer is on the last one only. */
export function finalMessages(input: FinalInput): FinalMessages {
  const { cover = (content) => content } = input;
  const body = cover(finalBody(input));
  const bodies = splitText(body, splitOptions(input));
  if (bodies.length <= input.maxParts) return { parts: withHeaders(bodies, input) };
  const rest = plain("The whole answer is in the file.");
  return {
    parts: withHeaders([join([bodies[0] ?? plain(""), rest], "\n\n")], input),
    file: { name: "answer.md", text: fullText(input) },
  };
}

function splitOptions(input: FinalInput): Parameters<typeof splitText>[1] {
  const footerChars = (input.footer?.text.length ?? 0) + 40;
  return {
    maxChars: MAX_CHARS - input.header.length - CONTINUED_CHARS - 40,
    maxEntities: 95,
    reserveChars: footerChars,
    reserveEntities: input.footer?.entities.length ?? 0,
  };
}

function finalBody(input: FinalInput): MessageText {
  const answer = renderMarkdown(input.answer);
  const notices = input.notices.map((notice) => plain(`⚠ ${notice}`));
  const error = input.error === undefined ? [] : [plain(input.error)];
  const parts = [...notices, ...(answer.text === "" ? [] : [answer]), ...error];
  return parts.length === 0 ? plain("The run ended without a text.") : join(parts, "\n\n");
}

function fullText(input: FinalInput): string {
  return [...input.notices, input.answer, input.error ?? ""].filter((part) => part !== "").join("\n\n");
}

function withHeaders(bodies: readonly MessageText[], input: FinalInput): readonly MessageText[] {
  return bodies.map((body, index) => {
    const continued = index === 0 ? "" : ` · continued (${index + 1}/${bodies.length})`;
    const isLast = index === bodies.length - 1;
    const tail = isLast && input.footer !== undefined ? [input.footer] : [];
    return join([plain(`${input.header}${continued}`), body, ...tail], "\n\n");
  });
}
