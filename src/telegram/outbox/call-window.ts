/**
 * At most `calls` in any `spanMs`, as the server sees it. A call reaches the server some time between its start and its end, so it
 * counts from its start until `spanMs` after its end; a stall of this program can then not squeeze two spans' calls into one.
 */
export class CallWindow {
  readonly #calls: number;
  readonly #spanMs: number;
  #inFlight = 0;
  /** When the calls of the last span ended, ascending. */
  #ended: number[] = [];

  constructor({ calls, spanMs }: { readonly calls: number; readonly spanMs: number }) {
    this.#calls = calls;
    this.#spanMs = spanMs;
  }

  /** When a call may start that leaves `keep` places free: `now`, or later; `Infinity` when one in flight has to end first. */
  readyAt(now: number, keep: number): number {
    this.#ended = this.#ended.filter((at) => at + this.#spanMs > now);
    const surplus = this.#inFlight + this.#ended.length + 1 + keep - this.#calls;
    if (surplus <= 0) return now;
    const leaving = this.#ended[surplus - 1];
    return leaving === undefined ? Infinity : leaving + this.#spanMs;
  }

  start(): void {
    this.#inFlight += 1;
  }

  end(now: number): void {
    this.#inFlight -= 1;
    this.#ended.push(now);
  }
}
