import { setTimeout as pause } from "node:timers/promises";

/** How often what other processes do is looked at: nothing tells this one. */
const LOOK_EVERY_MS = 5;

/** Resolves with the first value of `check` that is neither undefined nor false. Rejects after `timeoutMs`, saying what was awaited. */
export async function until<T>(
  what: string,
  check: () => T | undefined | false,
  { timeoutMs = 10_000, explain = () => "" }: { timeoutMs?: number; explain?: () => string } = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = check();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}\n${explain()}`);
    await pause(LOOK_EVERY_MS);
  }
}
