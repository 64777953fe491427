/** Brings several sources into one order. Anyone may post; one reader takes. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  #deliver: ((item: T) => void) | undefined;

  post(item: T): void {
    const deliver = this.#deliver;
    this.#deliver = undefined;
    if (deliver === undefined) this.#items.push(item);
    else deliver(item);
  }

  /** The next item, now or when there is one. */
  take(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => (this.#deliver = resolve));
  }
}
