import { setTimeout as delay } from "node:timers/promises";

export interface Ticks {
  /** Asked whenever an item was taken. */
  readonly isWanted: () => boolean;
  readonly afterMs: number;
}

/** The items of `source`, and `undefined` some time after a tick was wanted. Leaving early does not wait for the source. */
export async function* withTicks<T extends object>(
  source: AsyncIterable<T>,
  { isWanted, afterMs }: Ticks,
): AsyncGenerator<T | undefined, void, undefined> {
  const items = source[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<T>> | undefined;
  let tick: Promise<undefined> | undefined;
  try {
    for (;;) {
      if (isWanted()) tick ??= delay(afterMs, undefined, { ref: false });
      next ??= items.next();
      // No more than one race per item or tick: the promise of an item that is long in coming must not gather them.
      const step = tick === undefined ? await next : await Promise.race([tick, next]);
      if (step?.done === true) return;
      if (step === undefined) tick = undefined;
      else next = undefined;
      yield step?.value;
    }
  } finally {
    void items.return?.();
  }
}
