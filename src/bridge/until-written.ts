import type { Clock, Log } from "./ports.ts";

const RETRY_MS = 1_000;

/**
 * Writes to the journal, and when that fails (disk full, read-only) tries again every second until it works: what must be written is
 * kept in memory meanwhile. Every failure is logged.
 */
export async function untilWritten(deps: { clock: Clock; log: Log }, write: () => unknown): Promise<void> {
  for (;;) {
    try {
      write();
      return;
    } catch (error) {
      deps.log.error("the journal can't be written; trying again", { error });
      await new Promise<void>((resolve) => deps.clock.setTimer(RETRY_MS, resolve));
    }
  }
}
