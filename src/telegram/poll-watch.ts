import type { Clock, Log } from "../bridge/ports.ts";
import type { Outage, Receiving } from "../bridge/status/receiving.ts";
import type { Poller } from "./poll-updates.ts";

export interface PollWatchOptions {
  readonly poller: Pick<Poller, "lastPollAt" | "health" | "wake">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Watches from its making until it is stopped. */
export interface PollWatch {
  receiving(): Receiving;
  stop(): void;
}

const LOOK_MS = 5_000;

/** A look that comes this much too late means that the machine slept, or that its clock was set. */
const SLEPT_MS = 15_000;

/** Polls are answered every 20 s when all is well. Without any answer for this time somebody should know. */
const DEAF_AFTER_MS = 120_000;

/**
 * Looks at a poller from outside: says so in the log, once, when Telegram has not answered for two minutes, and wakes the poller when the
 * machine has slept. Connections that were open then are dead and do not say so, and timers stood still.
 */
export function watchPolling(options: PollWatchOptions): PollWatch {
  return new Watch(options);
}

class Watch implements PollWatch {
  readonly #options: PollWatchOptions;
  #lookedAt: number;
  /** Since when an answer is awaited: the latest answer, the start, or the end of a sleep. */
  #awaitedSince: number;
  #seenAnswerAt: number | undefined;
  #lastOutage: Outage | undefined;
  #hasAlarmed = false;
  #cancelTimer: () => void = () => {};

  constructor(options: PollWatchOptions) {
    this.#options = options;
    this.#lookedAt = options.clock.now();
    this.#awaitedSince = this.#lookedAt;
    this.#arm();
  }

  receiving(): Receiving {
    this.#noteAnswer();
    const { clock, poller } = this.#options;
    const silentMs = Math.max(0, clock.now() - this.#awaitedSince);
    const health = poller.health();
    return {
      state: silentMs >= DEAF_AFTER_MS ? "deaf" : stateOf(health, this.#seenAnswerAt),
      silentMs,
      ...(this.#seenAnswerAt !== undefined && { lastAnswerAt: this.#seenAnswerAt }),
      ...(health?.state === "waiting" && { reason: health.reason }),
      ...(this.#lastOutage && { lastOutage: this.#lastOutage }),
    };
  }

  stop(): void {
    this.#cancelTimer();
  }

  #arm(): void {
    this.#cancelTimer = this.#options.clock.setTimer(LOOK_MS, () => {
      this.#look();
      this.#arm();
    });
  }

  #look(): void {
    const { clock, log, poller } = this.#options;
    const now = clock.now();
    const lateMs = now - this.#lookedAt - LOOK_MS;
    this.#lookedAt = now;
    this.#noteAnswer();
    if (lateMs > SLEPT_MS || lateMs < -LOOK_MS) {
      log.info("the machine slept or its clock was set; asking Telegram anew", { seconds: Math.round(lateMs / 1000) });
      this.#awaitedSince = now;
      poller.wake();
    }
    if (this.#hasAlarmed || now - this.#awaitedSince < DEAF_AFTER_MS) return;
    this.#hasAlarmed = true;
    const { reason = "polls are not answered" } = this.receiving();
    log.error("no messages can be received: Telegram has not answered for two minutes; trying on", { reason });
  }

  /** The first answer after a gap ends an outage. */
  #noteAnswer(): void {
    const answeredAt = this.#options.poller.lastPollAt();
    if (answeredAt === undefined || answeredAt === this.#seenAnswerAt) return;
    const from = this.#seenAnswerAt;
    if (from !== undefined && answeredAt - from >= DEAF_AFTER_MS) {
      this.#lastOutage = { from, to: answeredAt };
      this.#options.log.info("Telegram answers again", { afterSeconds: Math.round((answeredAt - from) / 1000) });
    }
    this.#seenAnswerAt = answeredAt;
    this.#awaitedSince = answeredAt;
    this.#hasAlarmed = false;
  }
}

function stateOf(
  health: ReturnType<Poller["health"]>,
  answeredAt: number | undefined,
): "starting" | "well" | "waiting" {
  if (health?.state === "waiting") return "waiting";
  return answeredAt === undefined ? "starting" : "well";
}
