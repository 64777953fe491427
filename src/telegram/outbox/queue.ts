import type { RunId } from "../../domain/run.ts";
import { RANK, type CallUrgency } from "./limits.ts";

/**
 * A caller who waits for a call. The value is what that call, or the one that replaced it, resolved to: calls with the same key
 * promise the same type.
 */
export interface Waiter {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/** A call that has not been made yet. */
export interface QueuedCall {
  readonly method: string;
  readonly urgency: CallUrgency;
  /** Ascending over all chats; the place in line among calls of the same rank. */
  readonly seq: number;
  readonly key?: string;
  readonly runId?: RunId;
  /** Not to be made before this time, in ms. */
  readonly notBefore: number;
  readonly perform: (signal: AbortSignal) => Promise<unknown>;
  readonly retryIn?: (error: unknown) => number | undefined;
  readonly waiters: readonly Waiter[];
}

/** The calls that wait in one chat, in the order in which they are to be made. */
export class CallQueue {
  #calls: QueuedCall[] = [];

  get size(): number {
    return this.#calls.length;
  }

  /** A queued call with the same key is replaced in its place; its waiters get the result of the new one. */
  add(call: QueuedCall): void {
    const older = this.#removeKey(call.key);
    this.#insert(older === undefined ? call : replacing(older, call));
  }

  /** Takes back a call that was out and did not succeed: it is first among its equals, unless a newer one with its key waits. */
  putBack(call: QueuedCall): void {
    const newer = this.#removeKey(call.key);
    this.#insert(newer === undefined ? call : replacing(call, newer));
  }

  /** The call to make next among those that are due. */
  first(now: number): QueuedCall | undefined {
    return this.#calls.find((call) => call.notBefore <= now);
  }

  /** When the next postponed call is due. */
  nextDueAt(now: number): number {
    return Math.min(...this.#calls.map((call) => call.notBefore).filter((time) => time > now));
  }

  remove(call: QueuedCall): void {
    this.#calls = this.#calls.filter((other) => other !== call);
  }

  /** Takes out all calls that match. */
  removeWhere(matches: (call: QueuedCall) => boolean): readonly QueuedCall[] {
    const removed = this.#calls.filter(matches);
    this.#calls = this.#calls.filter((call) => !matches(call));
    return removed;
  }

  #removeKey(key: string | undefined): QueuedCall | undefined {
    if (key === undefined) return undefined;
    return this.removeWhere((call) => call.key === key)[0];
  }

  #insert(call: QueuedCall): void {
    const index = this.#calls.findIndex((other) => comesBefore(call, other));
    this.#calls.splice(index === -1 ? this.#calls.length : index, 0, call);
  }
}

/** Whether `a` is to be made before `b`. */
export function comesBefore(a: QueuedCall, b: QueuedCall): boolean {
  const byRank = RANK[a.urgency] - RANK[b.urgency];
  return byRank === 0 ? a.seq < b.seq : byRank < 0;
}

/** The newer content in the older one's place. A replaced urgent call stays urgent: its caller still waits for it. */
function replacing(older: QueuedCall, newer: QueuedCall): QueuedCall {
  return {
    ...newer,
    urgency: RANK[older.urgency] < RANK[newer.urgency] ? older.urgency : newer.urgency,
    seq: older.seq,
    notBefore: older.notBefore,
    waiters: [...older.waiters, ...newer.waiters],
  };
}
