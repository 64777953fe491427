import type { ButtonPress } from "../../domain/incoming.ts";

/** Telegram forgets a query after some minutes. */
const MAX_SEEN = 1_000;

/** Which presses have had their effect, so that the same query in another update has none. */
export class SeenPresses {
  readonly #updates = new Map<string, number>();

  /** Handling an update again, because the journal could not be written, is no repetition. */
  isRepeated({ pressId, updateId }: ButtonPress): boolean {
    const seen = this.#updates.get(pressId);
    return seen !== undefined && seen !== updateId;
  }

  remember({ pressId, updateId }: ButtonPress): void {
    this.#updates.set(pressId, updateId);
    const [oldest] = this.#updates.keys();
    if (this.#updates.size > MAX_SEEN && oldest !== undefined) this.#updates.delete(oldest);
  }
}
