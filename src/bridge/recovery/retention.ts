import type { Clock, Log } from "../ports.ts";
import type { RetentionCutoffs, RetentionStore } from "./retention-store.ts";

export interface RetentionDeps {
  readonly store: RetentionStore;
  readonly clock: Clock;
  readonly log: Log;
  /** How long runs are kept after their end; 0: for ever. */
  readonly keepDays: number;
}

const DAY_MS = 86_400_000;
/** After a start there is more important work, and recovery comes first. */
const FIRST_AFTER_MS = 5_000;
/** Between two steps, so that a long backlog is not felt. */
const PAUSE_MS = 50;
const SENT_DAYS = 7;
/** Telegram repeats an update for at most a day. */
const INBOX_DAYS = 2;
const AUDIT_DAYS = 365;

/** Keeps the journal from growing for ever: soon after the start, and then once a day, in small steps. Returns how to end that. */
export function startRetention({ store, clock, log, keepDays }: RetentionDeps): () => void {
  let cancel = clock.setTimer(FIRST_AFTER_MS, begin);
  let deleted = 0;

  function begin(): void {
    deleted = 0;
    step();
  }

  function step(): void {
    const again = goOn();
    cancel = again ? clock.setTimer(PAUSE_MS, step) : clock.setTimer(DAY_MS, begin);
    if (!again && deleted > 0) log.info("old entries were deleted", { deleted });
  }

  function goOn(): boolean {
    try {
      const count = store.deleteOld(retentionCutoffs(clock.now(), keepDays));
      deleted += count;
      return count > 0 || store.releaseSpace();
    } catch (error) {
      log.error("old entries could not be deleted, which is tried again tomorrow", { error });
      return false;
    }
  }

  return () => cancel();
}

/** What may go at this moment. */
export function retentionCutoffs(now: number, keepDays: number): RetentionCutoffs {
  const before = (days: number): number => now - days * DAY_MS;
  return {
    runs: keepDays === 0 ? 0 : before(keepDays),
    outbox: before(SENT_DAYS),
    inbox: before(INBOX_DAYS),
    audit: before(AUDIT_DAYS),
  };
}
