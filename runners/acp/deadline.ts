import { setTimeout as delay } from "node:timers/promises";

/** Something took longer than it may. The message says what. */
export class TooLateError extends Error {}

/** The outcome of the work, or a `TooLateError` with these words. The work itself goes on. */
export async function inTime<T>(work: Promise<T>, seconds: number, words: string): Promise<T> {
  const timer = new AbortController();
  const late = delay(seconds * 1000, undefined, { signal: timer.signal, ref: false });
  try {
    return await Promise.race([work, late.then(() => Promise.reject(new TooLateError(words)))]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
