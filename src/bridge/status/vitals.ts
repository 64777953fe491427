import { formatElapsed } from "../../progress/elapsed.ts";
import type { Receiving } from "./receiving.ts";

/** The latest error the log was told of. */
export interface NotedError {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** For people, without secrets. */
  readonly message: string;
}

/** How the program around the bridge is doing. */
export interface Vitals {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  receiving(): Receiving;
  lastError(): NotedError | undefined;
}

/** What waits to be sent. */
export interface Backlog {
  readonly waiting: number;
  /** Milliseconds since the oldest of it was written. */
  readonly oldestMs?: number;
}

/** Telegram may ask for a pause of minutes; what waits longer than this does not go out by itself soon. */
const STUCK_AFTER_MS = 10 * 60_000;

/** What somebody should look at, one sentence each; empty when all is well. */
export function problemsOf(receiving: Receiving, backlog: Backlog): readonly string[] {
  const problems: string[] = [];
  if (receiving.state === "deaf") {
    const why = receiving.reason === undefined ? "" : `: ${receiving.reason}`;
    problems.push(`Telegram has not answered for ${formatElapsed(receiving.silentMs)}${why}`);
  }
  const { oldestMs = 0 } = backlog;
  if (oldestMs >= STUCK_AFTER_MS) {
    problems.push(`${countOf(backlog.waiting, "message")} can't be sent, the oldest for ${formatElapsed(oldestMs)}`);
  }
  return problems;
}

/** `1 message`, `2 messages` */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
