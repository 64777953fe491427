import type { Api } from "grammy";
import type { Update } from "grammy/types";
import type { Clock, Log } from "../bridge/ports.ts";
import { pause, withDeadline } from "./deadline.ts";
import { type PollHealth, PollRetry } from "./poll-retry.ts";

export interface PollerOptions {
  readonly api: Api;
  /**
   * Stores one update for good. When it throws, the update is offered again after a pause, and Telegram keeps it. It sees an update
   * again when the program stopped before it was confirmed.
   */
  readonly receive: (update: Update) => void | Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called before a poll that is made because the last one failed: idle connections may be as dead as its own. */
  readonly closeIdle?: () => void;
}

export interface Poller {
  /**
   * Receives updates until `signal` aborts. Network faults, 5xx and 429 are waited out, however long they last; a conflicting poller
   * is for 90 s. Rejects with `BadTokenError` or `PollConflictError`.
   */
  run(signal: AbortSignal): Promise<void>;
  /** When Telegram last answered a poll, in ms; undefined before the first answer. For liveness: at most 30 s ago when all is well. */
  lastPollAt(): number | undefined;
  /** Undefined before the first answer or failure. */
  health(): PollHealth | undefined;
  /** The machine was asleep: gives up the poll under way and asks again at once, over a new connection. A pause ends when its time is over. */
  wake(): void;
}

const ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"] as const;

/** How long Telegram holds a poll open without updates. */
const LONG_POLL_SECONDS = 20;

/** A poll without any answer is given up after this: the connection is half open. */
const POLL_DEADLINE_MS = (LONG_POLL_SECONDS + 5) * 1000;

/**
 * Until Telegram has answered, at the start and after a failure, polls are not held open: the answer then says at once that the line is
 * back, and an attempt that began while it was down is given up soon enough.
 */
const PROBE_DEADLINE_MS = 10_000;

/** An empty answer to a held poll before this time means that the server does not hold polls. */
const HELD_MS = 1000;
/** The pause after the second such answer in a row and those that follow. */
const NOT_HELD_PAUSE_MS = 1000;

/** Telegram: at most 100 updates in one answer. */
const BATCH = 100;

export function createPoller(options: PollerOptions): Poller {
  return new LongPoller(options);
}

class LongPoller implements Poller {
  readonly #options: PollerOptions;
  readonly #retry: PollRetry;
  #offset = 0;
  #lastPollAt: number | undefined;
  /** Whether Telegram answered the latest poll. */
  #isAnswered = false;
  #earlyAnswers = 0;
  #cutShort: (() => void) | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#retry = new PollRetry(options);
  }

  lastPollAt(): number | undefined {
    return this.#lastPollAt;
  }

  health(): PollHealth | undefined {
    return this.#retry.health;
  }

  wake(): void {
    this.#isAnswered = false;
    this.#options.closeIdle?.();
    this.#cutShort?.();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const updates = await this.#poll(signal);
      for (const update of updates) {
        await this.#store(update, signal);
        if (signal.aborted) return;
        // The next poll confirms everything before its offset.
        this.#offset = update.update_id + 1;
      }
    }
  }

  async #poll(signal: AbortSignal): Promise<readonly Update[]> {
    const isHeld = this.#isAnswered;
    const askedAt = this.#options.clock.now();
    const wakeable = this.#beginWakeable(signal);
    try {
      const updates = await this.#getUpdates(isHeld, wakeable.signal);
      this.#lastPollAt = this.#options.clock.now();
      this.#isAnswered = true;
      this.#retry.succeeded();
      if (isHeld) await this.#restAfter(updates, askedAt, signal);
      return updates;
    } catch (error) {
      this.#isAnswered = false;
      // A poll that was cut short says nothing about the line.
      if (wakeable.signal.aborted) return [];
      await this.#pause(await this.#retry.afterPoll(error, signal), signal);
      this.#options.closeIdle?.();
      return [];
    } finally {
      wakeable.end();
    }
  }

  #getUpdates(isHeld: boolean, signal: AbortSignal): Promise<Update[]> {
    const { api, clock } = this.#options;
    const timeout = isHeld ? LONG_POLL_SECONDS : 0;
    const options = { offset: this.#offset, limit: BATCH, timeout, allowed_updates: ALLOWED_UPDATES };
    const ms = isHeld ? POLL_DEADLINE_MS : PROBE_DEADLINE_MS;
    return withDeadline({ clock, ms, signal }, (callSignal) => api.getUpdates(options, callSignal));
  }

  /** A server that answers held polls at once must not be asked as fast as it can answer. */
  async #restAfter(updates: readonly Update[], askedAt: number, signal: AbortSignal): Promise<void> {
    const isEarly = updates.length === 0 && this.#options.clock.now() - askedAt < HELD_MS;
    this.#earlyAnswers = isEarly ? this.#earlyAnswers + 1 : 0;
    if (this.#earlyAnswers > 1) await this.#pause(NOT_HELD_PAUSE_MS, signal);
  }

  /** One that is cut short goes on for what is left of it by the clock: asleep, a timer stands still. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const until = clock.now() + ms;
    let wakeable;
    do {
      wakeable = this.#beginWakeable(signal);
      await pause(clock, Math.min(ms, until - clock.now()), wakeable.signal);
      wakeable.end();
    } while (wakeable.signal.aborted && !signal.aborted && clock.now() < until);
  }

  /** What waits with this signal ends when the poller is stopped, and when the machine woke up. */
  #beginWakeable(signal: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    this.#cutShort = abort;
    return { signal: controller.signal, end: () => signal.removeEventListener("abort", abort) };
  }

  /** Keeps offering the update until it is stored. */
  async #store(update: Update, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#options.receive(update);
        return this.#retry.succeeded();
      } catch (error) {
        await this.#pause(this.#retry.afterStoring(error), signal);
      }
    }
  }
}
