import type { MessageText, TextEntity } from "../domain/message-text.ts";
import { isBlank } from "./clean-text.ts";
import { graphemesOf } from "./graphemes.ts";
import { firstToKeep, sliceText } from "./slice-text.ts";
import { inReadingOrder } from "./text-builder.ts";

export interface SplitOptions {
  /** UTF-16 units in one part. Default 4096: Telegram's limit (it counts code points, which are never more). */
  readonly maxChars?: number;
  /** Entities in one part. Default 100: Telegram ignores the ones after that. */
  readonly maxEntities?: number;
  /** UTF-16 units kept free in the last part, for a footer. Default 0. */
  readonly reserveChars?: number;
  /** Entities kept free in the last part. Default 0. */
  readonly reserveEntities?: number;
}

/**
 * Parts that fit into one Telegram message each. Cuts before a code block, else at a blank line, a line end, a space, or between two
 * graphemes. Entities that are cut go on in the next part: a code block is a new code block of the same language. Only white space at
 * the cuts is lost. Empty for blank content.
 */
export function splitText(content: MessageText, options: SplitOptions = {}): readonly MessageText[] {
  const limits = { ...DEFAULTS, ...options };
  const whole = sliceText({ ...content, entities: inReadingOrder(content.entities) }, 0, content.text.length);
  const parts: MessageText[] = [];
  let rest: Rest = { text: whole.text, from: 0, entities: whole.entities };
  while (!isBlank(rest.text.slice(rest.from))) {
    const end = fitsAsLast(rest, limits) ? rest.text.length : findCut(rest, limits);
    const part = sliceText({ text: rest.text, entities: rest.entities }, rest.from, end);
    // Entities that all begin at one place cannot be shared out among parts.
    parts.push({ ...part, entities: part.entities.slice(0, limits.maxEntities) });
    rest = restAfter(rest, end);
  }
  return parts;
}

const DEFAULTS: Required<SplitOptions> = { maxChars: 4096, maxEntities: 100, reserveChars: 0, reserveEntities: 0 };

/** What is not in a part yet: the text from `from`, and the entities that reach into it. */
interface Rest extends MessageText {
  readonly from: number;
}

function restAfter({ text, entities }: Rest, end: number): Rest {
  const from = firstToKeep(text, end, entities);
  return { text, from, entities: entities.filter(({ offset, length }) => offset + length > from) };
}

function fitsAsLast({ text, from, entities }: Rest, limits: Required<SplitOptions>): boolean {
  const chars = Math.max(1, limits.maxChars - limits.reserveChars);
  const count = Math.max(0, limits.maxEntities - limits.reserveEntities);
  return text.length - from <= chars && entities.length <= count;
}

/** Where the part ends: before the last character, so that a part remains that can hold the reserve. */
function findCut({ text, from, entities }: Rest, { maxChars, maxEntities }: Required<SplitOptions>): number {
  // Those that the part begins with can't be shared out: a cut between them would leave parts of one character.
  const firstTooMany = entities.slice(maxEntities).find(({ offset }) => offset > from)?.offset ?? text.length;
  const limit = Math.max(from + 1, Math.min(from + maxChars, firstTooMany, text.length - 1));
  const worthwhile = from + Math.ceil((limit - from) / 4);
  const cuts: readonly { readonly at: number; readonly atLeast: number }[] = [
    { at: cutFenceStart(entities, limit), atLeast: worthwhile },
    { at: text.lastIndexOf("\n\n", limit), atLeast: from + Math.ceil((limit - from) / 2) },
    { at: text.lastIndexOf("\n", limit), atLeast: worthwhile },
    { at: text.lastIndexOf(" ", limit), atLeast: worthwhile },
  ];
  const best = cuts.find(({ at, atLeast }) => at > from && at >= atLeast);
  return best?.at ?? characterStart(text, { from, limit });
}

function cutFenceStart(entities: readonly TextEntity[], limit: number): number {
  const isCut = ({ offset, length }: TextEntity) => offset <= limit && offset + length > limit;
  return entities.find((entity) => entity.type === "pre" && isCut(entity))?.offset ?? -1;
}

const LONGEST_GRAPHEME = 64;

/** The start of the grapheme at `limit`; of the code point when the grapheme is all there is; past it when that is all there is. */
function characterStart(text: string, { from, limit }: { from: number; limit: number }): number {
  const window = Math.max(from, limit - LONGEST_GRAPHEME);
  const grapheme = graphemesOf(text.slice(window, limit + LONGEST_GRAPHEME)).containing(limit - window);
  const start = window + (grapheme?.index ?? 0);
  if (start > from) return start;
  const splitsPair = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) && /[\udc00-\udfff]/.test(text.charAt(limit));
  if (!splitsPair) return limit;
  return limit - 1 > from ? limit - 1 : limit + 1;
}
