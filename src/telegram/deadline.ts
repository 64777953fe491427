import type { Api } from "grammy";
import type { Clock } from "../bridge/ports.ts";

/** What grammY's methods take as their signal: the type of a polyfill, which Node's own signals do not match by type alone. */
export type CallSignal = NonNullable<Parameters<Api["getMe"]>[0]>;

export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
  /** Ends the call early. */
  readonly signal: AbortSignal;
}

/** Makes a call that is aborted after `ms`, or when `signal` aborts. Rejects as an aborted call does. */
export async function withDeadline<T>(deadline: Deadline, call: (signal: CallSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const cancelTimer = deadline.clock.setTimer(deadline.ms, abort);
  deadline.signal.addEventListener("abort", abort);
  if (deadline.signal.aborted) abort();
  try {
    return await call(toCallSignal(controller.signal));
  } finally {
    cancelTimer();
    deadline.signal.removeEventListener("abort", abort);
  }
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      cancelTimer();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancelTimer = clock.setTimer(ms, wake);
    signal.addEventListener("abort", wake);
  });
}

function toCallSignal(signal: AbortSignal): CallSignal {
  if (isCallSignal(signal)) return signal;
  throw new TypeError("not an abort signal");
}

/** grammY itself asks for no more than this. */
function isCallSignal(signal: AbortSignal): signal is AbortSignal & CallSignal {
  return typeof signal.addEventListener === "function";
}
