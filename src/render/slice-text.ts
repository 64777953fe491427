import type { MessageText, TextEntity } from "../domain/message-text.ts";
import { fitEntity } from "./text-builder.ts";

/** The text between two places without white space at its edges, and what remains of the entities there. */
export function sliceText({ text, entities }: MessageText, from: number, to: number): MessageText {
  const start = firstToKeep(text, from, entities);
  const end = Math.max(start, lastToKeep(text, to));
  const kept = text.slice(start, end);
  return { text: kept, entities: entities.flatMap((entity) => clip(entity, { text: kept, start, end })) };
}

function clip(entity: TextEntity, part: { text: string; start: number; end: number }): readonly TextEntity[] {
  const offset = Math.max(entity.offset, part.start);
  const length = Math.min(entity.offset + entity.length, part.end) - offset;
  if (length <= 0) return [];
  const fitted = fitEntity(part.text, { ...entity, offset: offset - part.start, length });
  return fitted ? [fitted] : [];
}

/** Telegram removes white space at both ends, but not the indentation of a code block that the message begins with. */
export function firstToKeep(text: string, from: number, entities: readonly TextEntity[]): number {
  const block = entities.find(({ type, offset, length }) => type === "pre" && offset + length > from);
  const blockStart = Math.max(from, block?.offset ?? text.length);
  let start = from;
  while (start < blockStart && EDGE.test(text.charAt(start))) start += 1;
  return start < blockStart ? start : afterBlankLines(text, start);
}

function afterBlankLines(text: string, from: number): number {
  let start = from;
  for (let index = from; text.charAt(index) === " " || text.charAt(index) === "\n"; index += 1) {
    if (text.charAt(index) === "\n") start = index + 1;
  }
  return start;
}

function lastToKeep(text: string, to: number): number {
  let end = to;
  while (end > 0 && EDGE.test(text.charAt(end - 1))) end -= 1;
  return end;
}

/** White space, and the invisible characters that carry no meaning at an edge. */
const EDGE = /[\s\u200b\u2060\ufeff]/;
