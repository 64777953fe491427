import { setMaxListeners } from "node:events";
import { GrammyError } from "grammy";
import type { Clock, Log } from "../../bridge/ports.ts";
import type { RunId } from "../../domain/run.ts";
import { CallWindow } from "./call-window.ts";
import { Lane } from "./lane.ts";
import { keptGlobally, TELEGRAM_LIMITS, type CallUrgency, type Limits } from "./limits.ts";
import { comesBefore, type QueuedCall, type Waiter } from "./queue.ts";

/** One call to Telegram that concerns a chat. */
export interface OutboxCall<T> {
  /** For the log. */
  readonly method: string;
  readonly chatId: number;
  /** Groups have a budget of their own: 20 calls a minute. */
  readonly group: boolean;
  readonly urgency: CallUrgency;
  /** A queued call with the same key is replaced in its place, and both callers get the newer one's result, of the same type. */
  readonly key?: string;
  readonly runId?: RunId;
  /** Makes the call. A 429 it throws is waited out here, and it is called again. */
  readonly perform: (signal: AbortSignal) => Promise<T>;
  /** Asked after any other failure: in how many ms `perform` is to be called again. Undefined: the failure is the caller's. */
  readonly retryIn?: (error: unknown) => number | undefined;
}

/** The call was not made and never will be: its run was settled, its chat is blocked (only typing), or the outbox was stopped. */
export class CallDropped extends Error {
  readonly reason: "settled" | "blocked" | "stopped";
  constructor(reason: "settled" | "blocked" | "stopped", method: string) {
    super(`${method} was not called: ${reason}`);
    this.name = "CallDropped";
    this.reason = reason;
  }
}

/** Added to every `retry_after`: the server's clock is not ours. */
const RETRY_MARGIN_MS = 250;

/** Refusals in two chats within this time mean that the bot as a whole is too fast. */
const GLOBAL_FLOOD_MS = 5000;

/** Late progress of a settled run is recognised among this many latest runs. */
const REMEMBERED_RUNS = 1000;

/**
 * The calls that wait for their turn, in memory. Each chat has its own budget and order, and one call in flight; all share a global
 * budget, of which finals always find something left. Every promise settles; nothing is lost but what `CallDropped` names.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: Limits;
  readonly #lanes = new Map<number, Lane>();
  readonly #settledRuns = new Set<RunId>();
  readonly #stopping = new AbortController();
  readonly #global: CallWindow;
  #seq = 0;
  #allBlockedUntil = 0;
  #lastFlood: { readonly chatId: number; readonly at: number; readonly until: number } | undefined;
  #stopped = false;
  #cancelWake: (() => void) | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor({ clock, log, limits = TELEGRAM_LIMITS }: { clock: Clock; log: Log; limits?: Limits }) {
    this.#clock = clock;
    this.#log = log;
    this.#limits = limits;
    this.#global = new CallWindow(limits.global);
    // Each call in flight listens, one for each busy chat; more than ten look like a leak to Node.
    setMaxListeners(0, this.#stopping.signal);
  }

  /** Calls that wait or are in flight. */
  get size(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.size, 0);
  }

  /**
   * Makes the call when its turn comes. A `final` with a run settles that run. Rejects with what `perform` threw last, or with
   * `CallDropped`.
   */
  call<T>(call: OutboxCall<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (call.urgency === "final" && call.runId !== undefined) this.settleRun(call.runId);
      this.#accept(call, { resolve, reject });
    });
  }

  /** Drops the run's receipt, progress edits and typing: those queued, and those still to come. */
  settleRun(runId: RunId): void {
    this.#settledRuns.add(runId);
    const [oldest] = this.#settledRuns;
    if (oldest !== undefined && this.#settledRuns.size > REMEMBERED_RUNS) this.#settledRuns.delete(oldest);
    for (const lane of this.#lanes.values()) {
      drop(
        lane.queue.removeWhere((call) => this.#isSettled(call)),
        "settled",
      );
    }
    this.#pump();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Drops what waits, refuses new calls, and resolves when those in flight ended; after `graceMs` they are aborted. */
  async stop(graceMs = 5000): Promise<void> {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) {
      drop(
        lane.queue.removeWhere(() => true),
        "stopped",
      );
    }
    const cancelAbort = this.#clock.setTimer(graceMs, () => this.#stopping.abort());
    this.#pump();
    await this.idle();
    cancelAbort();
  }

  #accept(
    call: Omit<QueuedCall, "seq" | "notBefore" | "waiters"> & { chatId: number; group: boolean },
    waiter: Waiter,
  ): void {
    const { chatId, group, ...rest } = call;
    const queued: QueuedCall = { ...rest, seq: this.#seq++, notBefore: 0, waiters: [waiter] };
    const lane = this.#lane(chatId, group);
    const reason = this.#dropReason(queued, lane);
    if (reason === undefined) lane.queue.add(queued);
    else drop([queued], reason);
    this.#pump();
  }

  #lane(chatId: number, group: boolean): Lane {
    const known = this.#lanes.get(chatId);
    if (known !== undefined) return known;
    const lane = new Lane({ chatId, group, limits: this.#limits, now: this.#clock.now() });
    this.#lanes.set(chatId, lane);
    return lane;
  }

  #dropReason(call: QueuedCall, lane: Lane): CallDropped["reason"] | undefined {
    if (this.#stopped) return "stopped";
    if (this.#isSettled(call)) return "settled";
    return call.urgency === "typing" && lane.isBlocked(this.#clock.now()) ? "blocked" : undefined;
  }

  #isSettled({ urgency, runId }: QueuedCall): boolean {
    const isPassing = urgency === "receipt" || urgency === "progress" || urgency === "typing";
    return isPassing && runId !== undefined && this.#settledRuns.has(runId);
  }

  /** Starts every call that may go out now, most urgent first, and sets the alarm for the next one. */
  #pump(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    const now = this.#clock.now();
    let wakeAt = Infinity;
    const startable: { lane: Lane; call: QueuedCall }[] = [];
    for (const lane of this.#lanes.values()) {
      const offer = lane.offer(now);
      const laneReadyAt = offer === undefined ? Infinity : Math.max(offer.readyAt, this.#allBlockedUntil);
      if (offer !== undefined && laneReadyAt <= now) startable.push({ lane, call: offer.call });
      else wakeAt = Math.min(wakeAt, laneReadyAt);
      wakeAt = Math.min(wakeAt, lane.nextDueAt(now));
      if (lane.isIdle(now)) this.#lanes.delete(lane.chatId);
    }
    wakeAt = Math.min(wakeAt, this.#startWithinGlobalBudget(startable, now));
    if (wakeAt < Infinity) this.#cancelWake = this.#clock.setTimer(wakeAt - now, () => this.#pump());
    this.#reportIdle();
  }

  /** Returns when the first call that found the global budget used up may go; `Infinity` when all went. */
  #startWithinGlobalBudget(startable: { lane: Lane; call: QueuedCall }[], now: number): number {
    startable.sort((a, b) => (comesBefore(a.call, b.call) ? -1 : 1));
    for (const { lane, call } of startable) {
      // What comes later in line is at most as urgent and leaves at least as much free, so it has to wait as well.
      const at = this.#global.readyAt(now, keptGlobally(this.#limits, call.urgency));
      if (at > now) return at;
      this.#global.start();
      lane.start(call, now);
      void this.#perform(lane, call);
    }
    return Infinity;
  }

  async #perform(lane: Lane, call: QueuedCall): Promise<void> {
    try {
      const value = await call.perform(this.#stopping.signal);
      this.#ended(lane, call);
      for (const waiter of call.waiters) waiter.resolve(value);
    } catch (error) {
      this.#ended(lane, call);
      this.#failed(lane, call, error);
    }
    this.#pump();
  }

  #ended(lane: Lane, call: QueuedCall): void {
    const now = this.#clock.now();
    lane.end(call, now);
    this.#global.end(now);
  }

  #failed(lane: Lane, call: QueuedCall, error: unknown): void {
    const retryAfterMs = retryAfterMsOf(error);
    if (retryAfterMs !== undefined) this.#flooded(lane, call, retryAfterMs);
    const delayMs = retryAfterMs === undefined ? call.retryIn?.(error) : 0;
    if (delayMs === undefined) {
      for (const waiter of call.waiters) waiter.reject(error);
      return;
    }
    const reason = this.#dropReason(call, lane);
    if (reason !== undefined) drop([call], reason);
    else lane.queue.putBack({ ...call, notBefore: this.#clock.now() + delayMs });
  }

  #flooded(lane: Lane, call: QueuedCall, retryAfterMs: number): void {
    const now = this.#clock.now();
    const until = now + retryAfterMs + RETRY_MARGIN_MS;
    this.#log.warn("too many requests", { method: call.method, chatId: lane.chatId, waitMs: until - now });
    lane.block(until);
    drop(
      lane.queue.removeWhere(({ urgency }) => urgency === "typing"),
      "blocked",
    );
    const last = this.#lastFlood;
    if (last !== undefined && last.chatId !== lane.chatId && now - last.at <= GLOBAL_FLOOD_MS) {
      // The wait both chats were given; the longer one may be about that chat alone.
      this.#allBlockedUntil = Math.max(this.#allBlockedUntil, Math.min(until, last.until));
      this.#log.warn("too many requests in two chats, all wait", { waitMs: this.#allBlockedUntil - now });
    }
    this.#lastFlood = { chatId: lane.chatId, at: now, until };
  }

  #reportIdle(): void {
    if (this.#idleWaiters.length === 0 || this.size > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}

function drop(calls: readonly QueuedCall[], reason: CallDropped["reason"]): void {
  for (const call of calls) {
    for (const waiter of call.waiters) waiter.reject(new CallDropped(reason, call.method));
  }
}

/** Telegram always says how long to wait; a second is a guess for servers that do not. */
function retryAfterMsOf(error: unknown): number | undefined {
  if (!(error instanceof GrammyError) || error.error_code !== 429) return undefined;
  return (error.parameters.retry_after ?? 1) * 1000;
}
