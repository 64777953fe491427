import type { Clock, Log } from "./ports.ts";
import type { Store } from "./store-port.ts";

/** Something that was not done for somebody. */
export interface Refusal {
  readonly by: { readonly id: number; readonly name?: string };
  /** In a few words, always the same for the same reason. */
  readonly why: string;
  /** What it was about, such as a run. */
  readonly subject?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

interface Count {
  readonly latest: Refusal;
  readonly seen: number;
  /** How many of them the audit knows of. */
  readonly written: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Of one person and day these are written one by one; further ones are counted. */
const WRITTEN_OF_MEMBERS = 20;
const WRITTEN_OF_STRANGERS = 1;
/** People counted one by one on one day; all others are counted together. */
const MAX_PEOPLE = 1_000;

const STRANGER = "may not use this bot";

/** Stands for everybody beyond those. */
const OTHERS = 0;

const MAX_NAME_CHARS = 64;

/**
 * Writes refusals to the audit and the log, and keeps anybody from filling the disk with them: what one person does over and over on one
 * day is written at the first times, then at the 10th, 100th, 1000th, each row with how many it stands for; the rest follows at the end
 * of the day. A journal that can't be written changes nothing about the refusal.
 */
export class Refusals {
  readonly #deps: { readonly store: Store; readonly clock: Clock; readonly log: Log };
  readonly #counts = new Map<number, Count>();
  #day = 0;

  constructor(deps: { readonly store: Store; readonly clock: Clock; readonly log: Log }) {
    this.#deps = deps;
  }

  /** Somebody who may chat wanted something they may not do, or that makes no sense. */
  refuse(refusal: Refusal): void {
    this.#count(refusal.by.id, refusal, WRITTEN_OF_MEMBERS);
  }

  /** An update of somebody who may not use the bot there. */
  refuseStranger(by: Refusal["by"], detail?: Refusal["detail"]): void {
    const refusal = { by, why: STRANGER, ...(detail && { detail }) };
    this.#startDay();
    const isCountedAlone = this.#counts.has(by.id) || this.#counts.size < MAX_PEOPLE;
    if (isCountedAlone) this.#count(by.id, refusal, WRITTEN_OF_STRANGERS);
    else this.#count(OTHERS, { by: { id: OTHERS }, why: refusal.why }, WRITTEN_OF_STRANGERS);
  }

  /** Writes down what was only counted so far. */
  flush(): void {
    for (const [key, count] of this.#counts) {
      if (count.seen > count.written) this.#write(key, count);
    }
  }

  #count(key: number, latest: Refusal, written: number): void {
    this.#startDay();
    const before = this.#counts.get(key);
    const count = { latest, seen: (before?.seen ?? 0) + 1, written: before?.written ?? 0 };
    this.#counts.set(key, count);
    if (count.seen <= written || /^10*$/.test(String(count.seen))) this.#write(key, count);
  }

  #startDay(): void {
    const day = Math.floor(this.#deps.clock.now() / DAY_MS);
    if (day === this.#day) return;
    this.flush();
    this.#counts.clear();
    this.#day = day;
  }

  #write(key: number, { latest, seen, written }: Count): void {
    this.#counts.set(key, { latest, seen, written: seen });
    const { store, clock, log } = this.#deps;
    const { by, why, subject } = latest;
    const updates = seen - written;
    const message = why === STRANGER ? "refused an update of a stranger" : "refused";
    log.warn(message, { why, userId: by.id, ...(subject && { subject }), ...(updates > 1 && { updates }) });
    try {
      store.audit({
        at: clock.now(),
        actor: key === OTHERS ? "others" : String(by.id),
        verb: "refuse",
        ...(subject !== undefined && { subject }),
        detail: { why, ...latest.detail, ...nameOf(by), ...(updates > 1 && { updates }) },
      });
    } catch (error) {
      log.error("a refusal could not be written to the audit", { error });
    }
  }
}

function nameOf({ name }: Refusal["by"]): { readonly name?: string } {
  return name === undefined ? {} : { name: name.slice(0, MAX_NAME_CHARS) };
}
