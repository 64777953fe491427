import { answerText, noAnswer, reduceAnswer } from "./answer.ts";
import { ConnectionError, HappyError, MachineOfflineError, SessionNotFound, TimeoutError } from "./errors.ts";
import type { LiveSession, Turn } from "./live-session.ts";
import { decodeState, type SessionState } from "./session-state.ts";
import type { SessionEvent } from "./session-event.ts";
import type { TurnOutcome } from "./turn-verdict.ts";

export interface WaitOptions {
  /** Default 300. */
  readonly timeoutSeconds?: number;
  /** Ends the wait: it then rejects with the signal's reason. What is waited for goes on. */
  readonly signal?: AbortSignal;
}

/** How a turn ended. */
export interface TurnResult {
  /** `stopped`: the session was ended before it had answered. */
  readonly status: "completed" | "failed" | "cancelled" | "stopped";
  /** The answer, or as much of it as came. */
  readonly text: string;
  /** What the program itself said about it. */
  readonly reason?: string;
}

/** Opens a live session that tells its events to `onEvent`. */
export type OpenLive = (onEvent: (event: SessionEvent) => void) => Promise<LiveSession>;

const defaultTimeoutSeconds = 300;

/**
 * Waits for the end of the turn that `begin` begins, or that is going on. Throws `TimeoutError`, `MachineOfflineError`,
 * `SessionNotFound`, `ConnectionError`.
 */
export async function waitForTurn(
  open: OpenLive,
  begin: (live: LiveSession, timeoutMs: number) => Promise<Turn>,
  { timeoutSeconds = defaultTimeoutSeconds, signal }: WaitOptions,
): Promise<TurnResult> {
  signal?.throwIfAborted();
  let answer = noAnswer;
  let failure: HappyError | undefined;
  const live = await open((event) => {
    if (event.type === "message") answer = event.says.reduce(reduceAnswer, answer);
    if (event.type === "failed") failure = event.error;
  });
  try {
    const turn = await begin(live, timeoutSeconds * 1000);
    const outcome = await unlessAborted(turn.outcome, signal);
    return resultOf(outcome, { text: answerText(answer), failure, sessionId: live.session.id, timeoutSeconds });
  } finally {
    live.close();
  }
}

/** Waits until nobody works in the session's terminal and nothing waits for an answer. Throws `TimeoutError`, `ConnectionError`. */
export async function waitForIdle(
  open: OpenLive,
  { timeoutSeconds = defaultTimeoutSeconds, signal }: WaitOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  let settle: (error?: HappyError) => void = () => {};
  const idle = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  // It may fail before, or without, being waited for.
  idle.catch(() => {});
  const live = await open((event) => {
    if (event.type === "state" && isIdle(event.state)) settle();
    if (event.type === "failed") settle(event.error);
    if (event.type === "deleted") settle(new SessionNotFound("the session was deleted while it was waited for"));
  });
  try {
    if (!isIdle(decodeState(live.session.agentState))) await unlessAborted(idle, either);
  } catch (error) {
    if (!timeout.aborted || error instanceof HappyError) throw error;
    throw new TimeoutError(`session ${live.session.id} was not idle within ${timeoutSeconds} s`, { cause: error });
  } finally {
    live.close();
  }
}

function isIdle({ isControlledByUser, pending }: SessionState): boolean {
  return !isControlledByUser && pending.length === 0;
}

interface Circumstances {
  readonly text: string;
  readonly failure: HappyError | undefined;
  readonly sessionId: string;
  readonly timeoutSeconds: number;
}

function resultOf(
  { status, notice }: TurnOutcome,
  { text, failure, sessionId, timeoutSeconds }: Circumstances,
): TurnResult {
  switch (status) {
    case "completed":
    case "failed":
    case "cancelled":
    case "stopped":
      return { status, text, ...(notice !== undefined && { reason: notice }) };
    case "deleted":
      throw new SessionNotFound(`session ${sessionId} was deleted before it had answered`);
    case "unreachable":
      throw new MachineOfflineError(`the program of session ${sessionId} is not connected any more`);
    case "disconnected":
      throw failure ?? new ConnectionError("the connection to the Happy server broke");
    case "timeout":
      throw new TimeoutError(`session ${sessionId} did not end its turn within ${timeoutSeconds} s`);
    case "unheard":
      throw new TimeoutError(`session ${sessionId} did not react to the prompt`);
  }
}

async function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await waited;
  signal.throwIfAborted();
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([waited, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
