import type { Patience } from "./patience.ts";
import type { TurnStatus } from "./turn-event.ts";
import type { Gone, TurnState } from "./turn.ts";

/**
 * How a turn ended, and by which of the six signals that was seen:
 * 1. `turn_end`, confirmed by `done` or by silence; 2. `ready`, the word of older programs; 3. `idle`: done, or no longer thinking, with
 * nothing asked, and silence; 4. `notice`: the program said why it stopped, and silence; 5. `gone`: the session ended, was deleted, or
 * can't be reached; 6. `timeout`: no reaction at all, or none in the time allowed.
 *
 * Only the first would be needed, were it not for CLI 1.2.5, which loses it where the model answers at once.
 */
export interface TurnOutcome {
  readonly status: TurnStatus | Gone | "unheard";
  readonly by: "turn_end" | "ready" | "idle" | "notice" | "gone" | "timeout";
  /** The program's own words about it. */
  readonly notice?: string;
}

/** What is to be done about a turn now. */
export type TurnVerdict =
  /** `lookAgainAt` is when silence alone will have changed the verdict; absent while only a signal can. */
  | { readonly kind: "open"; readonly lookAgainAt?: number }
  /** It would be over, unless there are messages that were not seen: fetch them, and look again. */
  | { readonly kind: "catch_up" }
  | { readonly kind: "over"; readonly outcome: TurnOutcome };

type Rule = (state: TurnState, now: number, patience: Patience) => TurnVerdict | undefined;

/** In their order: the first that knows decides. */
const rules: readonly Rule[] = [byGone, byEnd, byNotice, byIdle, byDeafness];

export function judgeTurn(state: TurnState, now: number, patience: Patience): TurnVerdict {
  for (const rule of rules) {
    const verdict = rule(state, now, patience);
    if (verdict !== undefined) return verdict;
  }
  return { kind: "open" };
}

/** Somebody who stops a session right after it has answered does not take the answer back. */
function byGone(state: TurnState): TurnVerdict | undefined {
  const { gone } = state;
  if (gone === undefined) return undefined;
  if (gone === "timeout") return over({ status: gone, by: "timeout" });
  if (!state.isCaughtUp && (gone === "stopped" || gone === "unreachable")) return { kind: "catch_up" };
  if (state.end !== undefined) return over({ status: state.end.status, by: "turn_end" });
  const hasAnswered = state.endsInWords && state.openCalls.size === 0 && (state.isDone || state.isThinking === false);
  return over({ status: hasAnswered && gone === "stopped" ? "completed" : gone, by: "gone" });
}

function byEnd(state: TurnState, now: number, { turnEndMs }: Patience): TurnVerdict | undefined {
  const { end, isDone, pending } = state;
  if (end === undefined || pending > 0) return undefined;
  if (end.isReady) return over({ status: end.status, by: "ready", ...noticeOf(state) });
  if (end.status !== "completed" || isDone || now >= end.at + turnEndMs)
    return over({ status: end.status, by: "turn_end", ...noticeOf(state) });
  return { kind: "open", lookAgainAt: end.at + turnEndMs };
}

/** "Aborted by user" is the end; a program that broke down may come up again and go on. */
function byNotice(state: TurnState, now: number, patience: Patience): TurnVerdict | undefined {
  const { notice, isThinking, pending, quietSince } = state;
  const status = notice === undefined ? undefined : statusIn(notice);
  if (status === undefined || isThinking === true || pending > 0) return undefined;
  const overAt = quietSince + (status === "cancelled" ? patience.turnEndMs : patience.settleMs);
  return now >= overAt ? over({ status, by: "notice", ...noticeOf(state) }) : { kind: "open", lookAgainAt: overAt };
}

function byIdle(state: TurnState, now: number, patience: Patience): TurnVerdict | undefined {
  const { isThinking, hasThought, hasReply, isDone, pending, openCalls, quietSince } = state;
  const hasBegun = hasReply || hasThought;
  const isIdle = isDone ? isThinking !== true : isThinking === false;
  if (!hasBegun || !isIdle || pending > 0) return undefined;
  const overAt = quietSince + (openCalls.size > 0 && !isDone ? patience.openCallMs : patience.settleMs);
  if (now < overAt) return { kind: "open", lookAgainAt: overAt };
  return state.isCaughtUp ? over({ status: "completed", by: "idle", ...noticeOf(state) }) : { kind: "catch_up" };
}

function byDeafness(state: TurnState, now: number, { unheardMs }: Patience): TurnVerdict | undefined {
  if (state.hasReply || state.hasThought || state.pending > 0 || state.isControlledByUser) return undefined;
  const overAt = state.sentAt + unheardMs;
  return now >= overAt ? over({ status: "unheard", by: "timeout" }) : { kind: "open", lookAgainAt: overAt };
}

function statusIn(notice: string): TurnStatus | undefined {
  if (/\babort|\binterrupted|\bcancell?ed/iu.test(notice)) return "cancelled";
  return /\bexit|\bfail|\berror|\bcould not|\bcrash|\bunable/iu.test(notice) ? "failed" : undefined;
}

function noticeOf({ notice }: TurnState): { notice?: string } {
  return notice === undefined ? {} : { notice };
}

function over(outcome: TurnOutcome): TurnVerdict {
  return { kind: "over", outcome };
}
