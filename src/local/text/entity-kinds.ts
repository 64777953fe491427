import type { ApiEntity } from "../bot-api-types.ts";

const SPLITTABLE: readonly string[] = ["bold", "italic", "underline", "strikethrough", "spoiler"];

/** May be cut into pieces at the edges of other entities. */
export function isSplittable(entity: ApiEntity): boolean {
  return SPLITTABLE.includes(entity.type);
}

/** The splittable types, in the order in which pieces are written. */
export function splittableTypes(): readonly string[] {
  return SPLITTABLE;
}

export function isQuote(entity: ApiEntity): boolean {
  return entity.type === "blockquote" || entity.type === "expandable_blockquote";
}

/** Holds no other entity, and is held by nothing but a quote. */
export function isCode(entity: ApiEntity): boolean {
  return entity.type === "code" || entity.type === "pre";
}

export function endOf(entity: ApiEntity): number {
  return entity.offset + entity.length;
}

/** Telegram's order: by offset, the longer first, then by type. */
export function sortEntities(entities: readonly ApiEntity[]): readonly ApiEntity[] {
  return entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length || priorityOf(a) - priorityOf(b));
}

const PRIORITIES: ReadonlyMap<string, number> = new Map([
  ["blockquote", 0],
  ["expandable_blockquote", 0],
  ["pre", 11],
  ["code", 20],
  ["text_link", 49],
  ["text_mention", 49],
  ["bold", 90],
  ["italic", 91],
  ["underline", 92],
  ["strikethrough", 93],
  ["spoiler", 94],
]);

// A block of code with a language sorts before one without.
function priorityOf(entity: ApiEntity): number {
  if (entity.type === "pre" && entity.language !== undefined) return 10;
  return PRIORITIES.get(entity.type) ?? 50;
}
