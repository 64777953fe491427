import { clipped } from "../../domain/clipped.ts";
import type { MessageText } from "../../domain/message-text.ts";
import { cleanText, isBlank } from "../../render/clean-text.ts";
import { splitText } from "../../render/split.ts";
import { EMPTY, join, plain } from "../../render/text-builder.ts";

/** Beyond this, phones cut the label of a button. */
const MAX_LABEL_CHARS = 32;
/** Telegram takes 100; the lines around the content have some, too. */
const MAX_ENTITIES = 90;
const MORE = plain("…");

/** One line of at most 32 characters, never blank: Telegram refuses a button without text. */
export function buttonLabel(text: string): string {
  const line = cleanText(text).replace(/\s+/g, " ").trim();
  return isBlank(line) ? "–" : clipped(line, MAX_LABEL_CHARS);
}

/** As much of the content as goes into `maxChars`, with `…` below where more would follow. */
export function fitted(content: MessageText, maxChars: number): MessageText {
  const isWhole = content.text.length <= maxChars && content.entities.length <= MAX_ENTITIES;
  if (isWhole) return content;
  const [beginning = EMPTY] = splitText(content, { maxChars: maxChars - 2, maxEntities: MAX_ENTITIES });
  return join([beginning, MORE], "\n");
}
