import type { MessageText, TextEntity } from "../domain/message-text.ts";
import { cleanText, isBlank } from "./clean-text.ts";
import { sendableUrl } from "./link.ts";
import { inReadingOrder } from "./text-builder.ts";

/**
 * What Telegram would refuse or silently change in one message; empty when it arrives as it is. Checks the limits (4096 UTF-16 units, 100
 * entities), characters that the server removes, bounds, halves of surrogate pairs, URLs, and which entities may nest.
 */
export function findEntityProblems(content: MessageText): readonly string[] {
  return [
    ...findTextProblems(content),
    ...content.entities.flatMap((entity) => findPlaceProblems(content.text, entity)),
    ...findNestingProblems(content.entities),
  ];
}

const MAX_CHARS = 4096;
const MAX_ENTITIES = 100;

function findTextProblems({ text, entities }: MessageText): readonly string[] {
  const problems: string[] = [];
  if (isBlank(text)) problems.push("the text is empty");
  if (text.length > MAX_CHARS) problems.push(`the text has ${text.length} UTF-16 units, more than ${MAX_CHARS}`);
  if (entities.length > MAX_ENTITIES) problems.push(`there are ${entities.length} entities, more than ${MAX_ENTITIES}`);
  if (cleanText(text) !== text) problems.push("the text has characters that Telegram removes or replaces");
  const leading = text.length - text.trimStart().length;
  const startsWithEntity = entities.some(({ offset }) => offset < leading);
  if (text.trimEnd() !== text || (leading > 0 && !startsWithEntity)) {
    problems.push("the text has white space at its edges, which Telegram trims");
  }
  return problems;
}

function findPlaceProblems(text: string, entity: TextEntity): readonly string[] {
  const { type, offset, length } = entity;
  const end = offset + length;
  const name = `${type} at ${offset}+${length}`;
  if (!Number.isInteger(offset) || !Number.isInteger(length) || offset < 0 || length <= 0 || end > text.length) {
    return [`${name} is outside of the text (${text.length})`];
  }
  const problems: string[] = [];
  if (splitsPair(text, offset) || splitsPair(text, end)) problems.push(`${name} cuts a surrogate pair`);
  if (text.slice(offset, end).trim() === "") problems.push(`${name} covers only white space`);
  if (type === "text_link" && (!entity.url || sendableUrl(entity.url) !== entity.url)) {
    problems.push(`${name} has a URL that Telegram refuses: ${entity.url}`);
  }
  return problems;
}

function splitsPair(text: string, index: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(index - 1)) && /[\udc00-\udfff]/.test(text.charAt(index));
}

function findNestingProblems(entities: readonly TextEntity[]): readonly string[] {
  const problems: string[] = [];
  let open: readonly TextEntity[] = [];
  for (const entity of inReadingOrder(entities)) {
    open = open.filter(({ offset, length }) => offset + length > entity.offset);
    for (const outer of open) {
      const problem = findPairProblem(outer, entity);
      if (problem) problems.push(`${entity.type} at ${entity.offset} ${problem} ${outer.type} at ${outer.offset}`);
    }
    open = [...open, entity];
  }
  return problems;
}

function findPairProblem(outer: TextEntity, inner: TextEntity): string | undefined {
  if (inner.offset + inner.length > outer.offset + outer.length) return "overlaps";
  if (isQuote(inner)) return "is a quote in";
  if (inner.type === outer.type) return "repeats";
  if (isCode(outer)) return "is inside of";
  return isCode(inner) && !isQuote(outer) ? "is code in" : undefined;
}

function isQuote({ type }: TextEntity): boolean {
  return type === "blockquote" || type === "expandable_blockquote";
}

function isCode({ type }: TextEntity): boolean {
  return type === "pre" || type === "code";
}
