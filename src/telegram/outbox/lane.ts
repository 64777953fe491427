import { keptInChat, type Limits } from "./limits.ts";
import { emptyWindow, fullBucket, isRested, landed, readyAt, refused, taken, type Pace } from "./pace.ts";
import { CallQueue, type QueuedCall } from "./queue.ts";

/** After a refusal a chat gets half its rate for this long. */
const SLOW_MS = 60_000;

/** A call and the earliest time its chat allows it. */
export interface LaneOffer {
  readonly call: QueuedCall;
  readonly readyAt: number;
}

/** The calls of one chat. At most one is in flight, which keeps their order. */
export class Lane {
  readonly chatId: number;
  readonly queue: CallQueue = new CallQueue();
  inFlight: QueuedCall | undefined;
  readonly #group: boolean;
  readonly #limits: Limits;
  #paces: readonly Pace[];
  #blockedUntil = 0;
  #slowUntil = 0;
  #nextProgressAt = 0;

  constructor(options: { chatId: number; group: boolean; limits: Limits; now: number }) {
    this.chatId = options.chatId;
    this.#group = options.group;
    this.#limits = options.limits;
    const bucket = fullBucket(options.limits.chat, options.now);
    this.#paces = options.group ? [bucket, emptyWindow(options.limits.group)] : [bucket];
  }

  get size(): number {
    return this.queue.size + (this.inFlight === undefined ? 0 : 1);
  }

  /** The call this chat would make next. Undefined while one is in flight or nothing is due. */
  offer(now: number): LaneOffer | undefined {
    const call = this.inFlight === undefined ? this.queue.first(now) : undefined;
    return call && { call, readyAt: this.#readyAt(call, now) };
  }

  /** When a postponed call is due, if that is all there is to wait for. */
  nextDueAt(now: number): number {
    return this.inFlight === undefined ? this.queue.nextDueAt(now) : Infinity;
  }

  start(call: QueuedCall, now: number): void {
    this.queue.remove(call);
    this.inFlight = call;
    this.#paces = this.#paces.map((pace) => taken(pace, now, this.#share(now)));
  }

  end(call: QueuedCall, now: number): void {
    this.inFlight = undefined;
    this.#paces = this.#paces.map((pace) => landed(pace, now));
    if (call.urgency === "progress") this.#nextProgressAt = now + this.#progressGapMs();
  }

  /** The server refused a call of this chat: nothing goes out before `until`. */
  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
    this.#slowUntil = this.#blockedUntil + SLOW_MS;
    this.#paces = this.#paces.map((pace) => refused(pace, until));
  }

  isBlocked(now: number): boolean {
    return this.#blockedUntil > now;
  }

  /** Whether the chat can be forgotten: a new lane would behave the same. */
  isIdle(now: number): boolean {
    return (
      this.size === 0 &&
      this.#slowUntil <= now &&
      this.#nextProgressAt <= now &&
      this.#paces.every((pace) => isRested(pace, now))
    );
  }

  #readyAt(call: QueuedCall, now: number): number {
    const pacedAt = this.#paces.map((pace) => {
      const keep = keptInChat(this.#limits, call.urgency, pace.kind);
      return readyAt(pace, { now, keep, share: this.#share(now) });
    });
    const gapEndsAt = call.urgency === "progress" ? this.#nextProgressAt : 0;
    return Math.max(...pacedAt, this.#blockedUntil, gapEndsAt);
  }

  #share(now: number): number {
    return now < this.#slowUntil ? 0.5 : 1;
  }

  #progressGapMs(): number {
    return this.#group ? this.#limits.progressGapMs.group : this.#limits.progressGapMs.privateChat;
  }
}
