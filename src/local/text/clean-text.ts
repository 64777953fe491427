import { badRequest } from "../bot-api-failure.ts";
import type { ApiEntity } from "../bot-api-types.ts";
import { endOf } from "./entity-kinds.ts";

/** Text with the entities over it. */
export interface EntityText {
  readonly text: string;
  readonly entities: readonly ApiEntity[];
}

/**
 * Removes what Telegram removes (`\r`, U+2028-202E, stray vertical lines), turns control characters into spaces, and shifts the
 * entities. Fails when an entity lies outside the text or cuts a surrogate pair. `entities` must be sorted and nested.
 */
export function cleanText(text: string, entities: readonly ApiEntity[]): EntityText {
  checkBounds(text, entities);
  const removed: number[] = [];
  const kept = text.replaceAll(/[\r\u2028-\u202e]|\u0333|\u033f|\u030a/g, (_match, offset: number) => {
    removed.push(offset);
    return "";
  });
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const clean = kept.replaceAll(/[\u0000-\u0009\u000b-\u001f]/g, " ");
  if (removed.length === 0) return { text: clean, entities };
  const shift = (offset: number): number => offset - removed.filter((at) => at < offset).length;
  const shifted = entities.map((entity) => {
    const offset = shift(entity.offset);
    return { ...entity, offset, length: shift(endOf(entity)) - offset };
  });
  return { text: clean, entities: shifted };
}

// The order of the checks is that of the real server, which reads the text once from left to right and closes the innermost first.
function checkBounds(text: string, entities: readonly ApiEntity[]): void {
  const ends = entities.map((entity) => ({ at: endOf(entity), entity, begins: false })).toReversed();
  const begins = entities.map((entity) => ({ at: entity.offset, entity, begins: true }));
  for (const edge of [...ends, ...begins].toSorted((a, b) => a.at - b.at)) {
    if (edge.at > text.length) throw beyondEnd(entities, text.length);
    if (isInsidePair(text, edge.at)) throw insidePair(text, edge.entity, edge.begins);
  }
}

function beyondEnd(entities: readonly ApiEntity[], length: number): Error {
  const late = entities.find((entity) => entity.offset > length);
  if (late !== undefined) return badRequest(`Entity begins after the end of the text at UTF-16 offset ${late.offset}`);
  const long = entities.findLast((entity) => endOf(entity) > length);
  const [from, to] = long === undefined ? [0, 0] : [long.offset, endOf(long)];
  return badRequest(`Entity beginning at UTF-16 offset ${from} ends after the end of the text at UTF-16 offset ${to}`);
}

function isInsidePair(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return offset > 0 && code >= 0xdc00 && code <= 0xdfff;
}

// The offset named is the byte at which the next whole character begins.
function insidePair(text: string, entity: ApiEntity, begins: boolean): Error {
  const at = begins ? entity.offset : endOf(entity);
  const byte = Buffer.byteLength(text.slice(0, at + 1));
  if (begins) return badRequest(`Entity begins in a middle of a UTF-16 symbol at byte offset ${byte}`);
  const from = `Entity beginning at UTF-16 offset ${entity.offset}`;
  return badRequest(`${from} ends in a middle of a UTF-16 symbol at byte offset ${byte}`);
}
