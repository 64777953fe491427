import { setTimeout as pause } from "node:timers/promises";

/** How often what other processes do is looked at: nothing tells this one. */
const LOOK_EVERY_MS = 25;

/** Whether `check` became true in time. */
export async function until(check: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (check()) return true;
    if (performance.now() > end) return false;
    await pause(LOOK_EVERY_MS);
  }
}
