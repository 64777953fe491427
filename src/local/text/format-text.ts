import { badRequest } from "../bot-api-failure.ts";
import type { ApiEntity } from "../bot-api-types.ts";
import { cleanText, type EntityText } from "./clean-text.ts";
import { endOf, isQuote, isSplittable } from "./entity-kinds.ts";
import { findEntities, touches } from "./find-entities.ts";
import { repairNesting } from "./repair-nesting.ts";

/** Telegram: at most 100 entities in a message; the rest is dropped without a word. */
const MAX_ENTITIES = 100;

/**
 * Text as Telegram stores it: cleaned, trimmed, its entities repaired, links and commands found.
 * Fails with 400 when an entity is out of range or when no visible character is left.
 */
export function formatText(text: string, entities: readonly ApiEntity[]): EntityText {
  if (/\p{Cs}/u.test(text)) throw badRequest("Strings must be encoded in UTF-8");
  const ranged = entities.filter(checkRange);
  const clean = cleanText(text, repairNesting(ranged));
  if (!/[^ \n]/.test(clean.text)) throw badRequest("Text must be non-empty");
  // Where characters vanished, neighbours may have become one: hence the second repair.
  const visible = clean.entities.filter((entity) => entity.length > 0);
  const trimmed = trim({ text: clean.text, entities: repairNesting(visible) });
  return { text: trimmed.text, entities: addFound(trimmed).slice(0, MAX_ENTITIES) };
}

function checkRange(entity: ApiEntity): boolean {
  for (const key of ["offset", "length"] as const) {
    const value = entity[key];
    if (value < 0 || value > 1_000_000) throw badRequest(`Receive an entity with incorrect ${key} ${value}`);
  }
  return entity.length > 0;
}

/** The end is always trimmed; the beginning only up to the first entity. */
function trim({ text, entities }: EntityText): EntityText {
  const end = text.length - (/[ \n]*$/.exec(text)?.[0].length ?? 0);
  const lead = /^[ \n]*/.exec(text)?.[0].length ?? 0;
  const begin = Math.min(lead, entities[0]?.offset ?? lead);
  const shifted = entities
    .filter((entity) => entity.offset < end)
    .map((entity) => ({
      ...entity,
      offset: entity.offset - begin,
      length: Math.min(endOf(entity), end) - entity.offset,
    }));
  return { text: text.slice(begin, end), entities: shifted };
}

function addFound({ text, entities }: EntityText): readonly ApiEntity[] {
  const found = findEntities(text).filter((candidate) => !entities.some((entity) => excludes(entity, candidate)));
  return found.length === 0 ? entities : repairNesting([...entities, ...found]);
}

function excludes(entity: ApiEntity, candidate: ApiEntity): boolean {
  if (!touches(entity, candidate) || isSplittable(entity)) return false;
  return !isQuote(entity) || entity.offset > candidate.offset || endOf(entity) < endOf(candidate);
}
