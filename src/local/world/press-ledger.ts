/** Telegram drops a press that is not answered soon; the exact time is not published. */
const MAX_AGE_MS = 60_000;

/** A pressed button that waits for its answer. */
export interface OpenPress {
  readonly chat: number;
  readonly message_id: number;
  readonly from: number;
  readonly at: number;
}

/** Button presses and whether they may still be answered: once, and soon. */
export class PressLedger {
  readonly #open = new Map<string, OpenPress>();
  #last: number;

  constructor(firstId: number) {
    this.#last = firstId;
  }

  /** Returns the `callback_query.id`. */
  open(press: OpenPress): string {
    this.#last += 1;
    const id = `${this.#last}`;
    this.#open.set(id, press);
    return id;
  }

  /** The press to answer; undefined when it is unknown, was answered before, or is too old. */
  take(id: string, now: number): OpenPress | undefined {
    const press = this.#open.get(id);
    this.#open.delete(id);
    return press !== undefined && now - press.at <= MAX_AGE_MS ? press : undefined;
  }
}
