import type { ApiEntity } from "../bot-api-types.ts";
import { endOf, isCode, isQuote, isSplittable, sortEntities, splittableTypes } from "./entity-kinds.ts";

/**
 * Makes entities nest the way Telegram's library does: of two continuous entities (links, code) that touch the same text the first
 * in order stays, quotes do not nest, nothing styles code, and bold, italic and the like are cut at the edges of the others.
 */
export function repairNesting(entities: readonly ApiEntity[]): readonly ApiEntity[] {
  const sorted = sortEntities(entities);
  const quotes = keepDisjoint(sorted.filter(isQuote));
  const continuous = keepDisjoint(sorted.filter((entity) => !isQuote(entity) && !isSplittable(entity)));
  const inOneQuote = continuous.filter((entity) => !quotes.some((quote) => crosses(entity, quote)));
  const frame = sortEntities([...quotes, ...inOneQuote]);
  return sortEntities([...frame, ...splitAround(sorted.filter(isSplittable), frame)]);
}

function keepDisjoint(sorted: readonly ApiEntity[]): readonly ApiEntity[] {
  let end = 0;
  return sorted.filter((entity) => {
    if (entity.offset < end) return false;
    end = endOf(entity);
    return true;
  });
}

// A link or code may be inside a quote, but not cross its edge or hold it.
function crosses(entity: ApiEntity, quote: ApiEntity): boolean {
  const apart = endOf(entity) <= quote.offset || endOf(quote) <= entity.offset;
  const inside = quote.offset <= entity.offset && endOf(entity) <= endOf(quote);
  return !apart && !inside;
}

/** Cuts styles at every edge of `frame`, and drops the pieces that lie in code. */
function splitAround(splittable: readonly ApiEntity[], frame: readonly ApiEntity[]): readonly ApiEntity[] {
  const pieces = new StylePieces(splittable);
  const open: ApiEntity[] = [];
  const advance = (offset: number): void => {
    for (let last = open.at(-1); last !== undefined && offset >= endOf(last); last = open.at(-1)) {
      pieces.advance(endOf(last), isCode(last));
      open.pop();
    }
    pieces.advance(offset, false);
  };
  for (const entity of frame) {
    advance(entity.offset);
    open.push(entity);
  }
  advance(Infinity);
  return pieces.done;
}

/** The styles that are on at the place reached so far, one range per type. */
class StylePieces {
  readonly done: ApiEntity[] = [];
  readonly #sorted: readonly ApiEntity[];
  readonly #active = new Map<string, { begin: number; end: number }>();
  #next = 0;

  constructor(sorted: readonly ApiEntity[]) {
    this.#sorted = sorted;
  }

  advance(end: number, discard: boolean): void {
    const kept = this.done.length;
    for (let entity = this.#sorted[this.#next]; entity !== undefined && entity.offset < end;) {
      this.#open(entity);
      this.#next += 1;
      entity = this.#sorted[this.#next];
    }
    this.#flush(end);
    if (discard) this.done.length = kept;
  }

  #open(entity: ApiEntity): void {
    const range = this.#active.get(entity.type);
    if (range !== undefined && entity.offset <= range.end) {
      range.end = Math.max(range.end, endOf(entity));
      return;
    }
    this.#flush(entity.offset);
    this.#active.set(entity.type, { begin: entity.offset, end: endOf(entity) });
  }

  #flush(offset: number): void {
    for (const type of splittableTypes()) {
      const range = this.#active.get(type);
      if (range === undefined || range.begin >= offset) continue;
      const end = Math.min(range.end, offset);
      this.done.push({ type, offset: range.begin, length: end - range.begin });
      if (range.end <= offset) this.#active.delete(type);
      else range.begin = offset;
    }
  }
}
