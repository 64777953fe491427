/** Telegram tolerates about one call a second in a private chat and 20 a minute in a group, edits and "typing…" included. */
const PRIVATE_INTERVAL_MS = 2_000;
const GROUP_INTERVAL_MS = 4_500;
const SLOWEST_INTERVAL_MS = 10_000;
const MINUTE_MS = 60_000;

/** The progress message is redrawn at least this often, so that its clock visibly ticks. */
export const TICK_MS = 10_000;

/** Least time between two edits of one progress message: doubles with each minute of the run, up to 10 s. */
export function editIntervalMs(isGroup: boolean, runAgeMs: number): number {
  const start = isGroup ? GROUP_INTERVAL_MS : PRIVATE_INTERVAL_MS;
  const doublings = Math.max(0, Math.floor(runAgeMs / MINUTE_MS));
  return Math.min(SLOWEST_INTERVAL_MS, start * 2 ** Math.min(doublings, 4));
}
