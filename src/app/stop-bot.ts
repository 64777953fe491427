import type { Log } from "../bridge/ports.ts";
import type { Outbox } from "../telegram/outbox/outbox.ts";
import type { BotParts } from "./bot-parts.ts";
import type { Polling } from "./polling.ts";
import { systemClock } from "./system-clock.ts";

export interface StopOptions {
  /** Leaves the runs that survive to the next start. Default false: all runs end. */
  readonly keepRuns?: boolean;
}

interface StopDeps {
  readonly parts: BotParts;
  readonly polling: Polling;
  readonly outbox: Outbox;
  readonly recovered: Promise<void>;
  readonly log: Log;
  /** Ends what the engines keep between runs, and lets them keep nothing more. */
  readonly disposeEngines: () => Promise<void>;
  /** Ends what is left of the engines' processes, without asking any more. */
  readonly endProcesses: (options: StopOptions) => Promise<void>;
  /** Closes what must be closed last. */
  readonly close: () => void;
}

/** Together under the 10 s that service supervisors give. What is not sent by then is in the journal. */
const DRAIN_MS = 6_000;
const END_PROCESSES_MS = 1_500;
const DELIVER_MS = 1_000;
const OUTBOX_MS = 500;

/** The orderly end: updates, then runs, then what they had to say. Calling it again waits for the first call. */
export function stopBot(deps: StopDeps): (options?: StopOptions) => Promise<void> {
  let stopping: Promise<void> | undefined;
  return (options = {}) => (stopping ??= stopInOrder(deps, options));
}

async function stopInOrder(deps: StopDeps, options: StopOptions): Promise<void> {
  const { parts, polling, outbox, log, close } = deps;
  await polling.stop();
  await parts.inbox.close();
  await Promise.all([endRuns(deps, options), endsWithin(DRAIN_MS, deps.disposeEngines())]);
  const isDelivered = await endsWithin(DELIVER_MS, parts.deliveries.idle());
  if (!isDelivered) log.info("some messages will be sent at the next start");
  await Promise.all([outbox.stop(OUTBOX_MS), parts.deliveries.stop()]);
  close();
}

/** An engine that hears neither its protocol nor SIGTERM must not outlive the bot. */
async function endRuns({ parts, recovered, log, endProcesses }: StopDeps, options: StopOptions): Promise<void> {
  const ended = Promise.all([recovered, parts.scheduler.drain(options)]);
  if (await endsWithin(DRAIN_MS, ended)) return;
  log.warn("some runs did not end in time, their processes are killed");
  await endsWithin(END_PROCESSES_MS, Promise.all([endProcesses(options), ended]));
}

async function endsWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  let cancel = (): void => {};
  const timeout = new Promise<boolean>((resolve) => {
    cancel = systemClock.setTimer(limitMs, () => resolve(false));
  });
  const isInTime = await Promise.race([work.then(() => true), timeout]);
  cancel();
  return isInTime;
}
