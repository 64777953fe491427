import type { Log } from "../bridge/ports.ts";
import type { Outbox } from "../telegram/outbox/outbox.ts";
import type { BotParts } from "./bot-parts.ts";
import type { Polling } from "./polling.ts";
import { systemClock } from "./system-clock.ts";

interface StopDeps {
  readonly parts: BotParts;
  readonly polling: Polling;
  readonly outbox: Outbox;
  readonly recovered: Promise<void>;
  readonly log: Log;
  /** Closes what must be closed last. */
  readonly close: () => void;
}

/** Together under the 10 s that service supervisors give. What is not sent by then is in the journal. */
const DRAIN_MS = 6_500;
const DELIVER_MS = 1_500;
const OUTBOX_MS = 1_000;

/** The orderly end: updates, then runs, then what they had to say. Calling it again waits for the first call. */
export function stopBot(deps: StopDeps): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  return () => (stopping ??= stopInOrder(deps));
}

async function stopInOrder({ parts, polling, outbox, recovered, log, close }: StopDeps): Promise<void> {
  await polling.stop();
  await parts.inbox.close();
  await within(DRAIN_MS, Promise.all([recovered, parts.scheduler.drain()]), () =>
    log.warn("some runs did not end in time"),
  );
  await within(DELIVER_MS, parts.deliveries.idle(), () => log.info("some messages will be sent at the next start"));
  await Promise.all([outbox.stop(OUTBOX_MS), parts.deliveries.stop()]);
  close();
}

async function within(limitMs: number, work: Promise<unknown>, onTimeout: () => void): Promise<void> {
  let cancel = (): void => {};
  const timeout = new Promise<void>((resolve) => {
    cancel = systemClock.setTimer(limitMs, () => {
      onTimeout();
      resolve();
    });
  });
  await Promise.race([work, timeout]);
  cancel();
}
