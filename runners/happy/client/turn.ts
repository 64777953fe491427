import type { TurnEvent, TurnStatus } from "./turn-event.ts";

/** What is known of the turn that answers one prompt. Nothing that was said before the prompt is in it. Times as in `Clock`. */
export interface TurnState {
  readonly sentAt: number;
  /** The turn of the latest words, where they name one. */
  readonly turn?: string;
  /** Something was said: words, a tool call, a sub-agent. */
  readonly hasReply: boolean;
  /** The model's words stand last: nothing of a tool came after them. */
  readonly endsInWords: boolean;
  /** Calls that have not ended. */
  readonly openCalls: ReadonlySet<string>;
  /** Undefined until the session said whether it thinks. */
  readonly isThinking?: boolean;
  readonly hasThought: boolean;
  /** The program said that it is done, which may be before its last messages are there. */
  readonly isDone: boolean;
  /** How many questions wait for an answer. */
  readonly pending: number;
  readonly isControlledByUser: boolean;
  /** The latest message, sign of thinking, or change of what is asked. */
  readonly quietSince: number;
  readonly end?: TurnEnd;
  /** What the program said of itself, with no words of the model after it. */
  readonly notice?: string;
  readonly gone?: Gone;
  /** All messages that exist have been seen. */
  readonly isCaughtUp: boolean;
}

interface TurnEnd {
  readonly status: TurnStatus;
  readonly at: number;
  /** By the word of an older program, after which nothing comes. */
  readonly isReady: boolean;
}

/** Why nothing more is to come. */
export type Gone = "stopped" | "deleted" | "unreachable" | "disconnected" | "timeout";

/** Something that tells about the turn. */
export type TurnSignal =
  | { readonly type: "said"; readonly event: TurnEvent }
  | { readonly type: "activity"; readonly isActive: boolean; readonly isThinking: boolean }
  | { readonly type: "done" }
  | { readonly type: "state"; readonly pending: number; readonly isControlledByUser: boolean }
  | { readonly type: "gone"; readonly why: Gone }
  | { readonly type: "caught_up" };

export function beginTurn(now: number): TurnState {
  return {
    sentAt: now,
    hasReply: false,
    endsInWords: false,
    openCalls: new Set(),
    hasThought: false,
    isDone: false,
    pending: 0,
    isControlledByUser: false,
    quietSince: now,
    isCaughtUp: false,
  };
}

export function reduceTurn(state: TurnState, signal: TurnSignal, now: number): TurnState {
  switch (signal.type) {
    case "said":
      return reduceWords({ ...state, quietSince: now, isCaughtUp: false }, signal.event, now);
    case "activity":
      return reduceActivity(state, signal, now);
    case "done":
      return { ...state, isDone: true };
    case "state":
      return reduceState(state, signal, now);
    case "gone":
      return { ...state, gone: state.gone ?? signal.why };
    case "caught_up":
      return { ...state, isCaughtUp: true };
  }
}

function reduceActivity(
  state: TurnState,
  { isActive, isThinking }: Extract<TurnSignal, { type: "activity" }>,
  now: number,
): TurnState {
  if (!isActive) return { ...state, gone: state.gone ?? "stopped" };
  if (!isThinking) return { ...state, isThinking, ...(state.isThinking === true && { quietSince: now }) };
  return { ...state, isThinking, hasThought: true, quietSince: now, isCaughtUp: false };
}

function reduceState(
  state: TurnState,
  { pending, isControlledByUser }: Extract<TurnSignal, { type: "state" }>,
  now: number,
): TurnState {
  if (pending === state.pending && isControlledByUser === state.isControlledByUser) return state;
  return { ...state, pending, isControlledByUser, quietSince: now };
}

function reduceWords(state: TurnState, event: TurnEvent, now: number): TurnState {
  if (event.type === "notice") return { ...state, notice: event.text };
  if (event.type === "ready") return endReady(state, now);
  if (event.type === "turn_end") return endTurn(state, event, now);
  return isReply(event) ? reduceReply(state, event) : state;
}

/** Something that shows that the prompt is being answered. */
type Reply = Extract<
  TurnEvent,
  { type: "turn_start" | "text" | "tool_start" | "tool_end" | "subagent_start" | "subagent_end" | "service" | "file" }
>;

function isReply(event: TurnEvent): event is Reply {
  return !["prompt", "turn_end", "notice", "ready", "usage", "quiet", "unknown"].includes(event.type);
}

function reduceReply(before: TurnState, event: Reply): TurnState {
  const state = { ...before, ...inTurn(event), hasReply: true };
  switch (event.type) {
    case "turn_start":
      // A turn may be split in two: the end of the first half was none.
      return without(state, "end");
    case "text":
      return { ...without(state, "end", "notice"), endsInWords: !event.isThought };
    case "tool_start":
      return { ...without(state, "end"), endsInWords: false, openCalls: new Set([...state.openCalls, event.call]) };
    case "tool_end": {
      const openCalls = new Set([...state.openCalls].filter((call) => call !== event.call));
      return { ...state, endsInWords: false, openCalls };
    }
    case "subagent_start":
    case "subagent_end":
    case "service":
    case "file":
      return state;
  }
}

/** One that was late from the turn before tells nothing about this one. */
function endReady(state: TurnState, now: number): TurnState {
  const isOurs = state.hasReply || state.hasThought;
  return isOurs ? { ...state, end: { status: "completed", at: now, isReady: true } } : state;
}

/** The end of a turn in which nothing was said since the prompt is a late end of an earlier one. */
function endTurn(state: TurnState, { turn, status }: Extract<TurnEvent, { type: "turn_end" }>, now: number): TurnState {
  const isOurs = state.hasReply && (turn === undefined || turn === state.turn);
  return isOurs ? { ...state, end: { status, at: now, isReady: false } } : state;
}

function inTurn({ turn }: { readonly turn?: string }): { turn?: string } {
  return turn === undefined ? {} : { turn };
}

function without(state: TurnState, ...keys: readonly ("end" | "notice")[]): TurnState {
  const { end, notice, ...rest } = state;
  return {
    ...rest,
    ...(end !== undefined && !keys.includes("end") && { end }),
    ...(notice !== undefined && !keys.includes("notice") && { notice }),
  };
}
