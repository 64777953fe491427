import { GrammyError, type Api } from "grammy";
import type { Clock, Log } from "../bridge/ports.ts";
import { faultOf } from "./call-fault.ts";
import { withDeadline } from "./deadline.ts";
import { BadTokenError, PollConflictError } from "./poll-errors.ts";

/** How receiving goes. `waiting`: polls fail or updates can't be stored; it goes on by itself. */
export type PollHealth = { readonly state: "polling" } | { readonly state: "waiting"; readonly reason: string };

interface RetryDeps {
  readonly api: Api;
  readonly clock: Clock;
  readonly log: Log;
}

/** Pauses after the first, second … failure in a row; the last one repeats. */
const BACKOFF_MS: readonly number[] = [1000, 2000, 3000, 5000];

/** Another poller is tolerated for this long: a predecessor may still be on its way out. */
const CONFLICT_MS = 90_000;
const CONFLICT_RETRY_MS = 5000;

/** Two conflicts are one quarrel when less than a whole poll with its retry lies between them: each side wins now and then. */
const CONFLICT_OVER_MS = 30_000;

const WEBHOOK_DEADLINE_MS = 25_000;

/** What to do when receiving fails: how long to wait, and when there is no use in that. Says in the log how receiving goes. */
export class PollRetry {
  readonly #deps: RetryDeps;
  #failures = 0;
  #conflict: { readonly since: number; readonly last: number } | undefined;
  #isWebhookRemoved = false;
  #health: PollHealth | undefined;

  constructor(deps: RetryDeps) {
    this.#deps = deps;
  }

  /** Undefined before the first success or failure. */
  get health(): PollHealth | undefined {
    return this.#health;
  }

  /** How long to wait before the next poll. Rejects with `BadTokenError` or `PollConflictError` when there is no use in one. */
  async afterPoll(error: unknown, signal: AbortSignal): Promise<number> {
    if (!(error instanceof GrammyError)) return this.#backOff(reasonOf(error));
    if (error.error_code === 401 || error.error_code === 404) throw new BadTokenError(error.description);
    if (error.error_code === 409) return await this.#afterConflict(error.description, signal);
    if (error.error_code !== 429) return this.#backOff(reasonOf(error));
    this.#waiting("Telegram asks for fewer requests");
    return (error.parameters.retry_after ?? 1) * 1000;
  }

  /** How long to wait before an update is offered again that could not be stored. */
  afterStoring(error: unknown): number {
    return this.#backOff(`updates can't be stored: ${error instanceof Error ? error.message : String(error)}`);
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#health?.state === "waiting") this.#deps.log.info("receiving updates again");
    this.#health = { state: "polling" };
  }

  async #afterConflict(description: string, signal: AbortSignal): Promise<number> {
    if (/webhook/i.test(description) && !this.#isWebhookRemoved) return await this.#removeWebhook(signal);
    const now = this.#deps.clock.now();
    const isOngoing = this.#conflict !== undefined && now - this.#conflict.last < CONFLICT_OVER_MS;
    const since = isOngoing && this.#conflict ? this.#conflict.since : now;
    this.#conflict = { since, last: now };
    if (now - since >= CONFLICT_MS) throw new PollConflictError(description);
    this.#waiting("another program polls with this bot token");
    return CONFLICT_RETRY_MS;
  }

  /** A webhook keeps updates from being polled. Those that wait stay. */
  async #removeWebhook(signal: AbortSignal): Promise<number> {
    const { api, clock, log } = this.#deps;
    try {
      await withDeadline({ clock, ms: WEBHOOK_DEADLINE_MS, signal }, (callSignal) =>
        api.deleteWebhook({ drop_pending_updates: false }, callSignal),
      );
      this.#isWebhookRemoved = true;
      log.info("removed the webhook of this bot, updates are polled");
      return 0;
    } catch (error) {
      return this.#backOff(reasonOf(error));
    }
  }

  #backOff(reason: string): number {
    this.#waiting(reason);
    const delayMs = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? 0;
    this.#failures += 1;
    return delayMs;
  }

  #waiting(reason: string): void {
    if (this.#health?.state === "waiting" && this.#health.reason === reason) return;
    this.#deps.log.warn("not receiving updates", { reason });
    this.#health = { state: "waiting", reason };
  }
}

function reasonOf(error: unknown): string {
  const fault = faultOf(error);
  return fault.kind === "failed" ? fault.message : `Telegram refused getUpdates: ${fault.kind}`;
}
