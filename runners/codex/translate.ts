import { countUnknown } from "../../src/runner/unknown-types.ts";
import type { CodexMessage, TokenCounts, TurnError } from "./messages.ts";
import { beginReconnect, endReconnect, isReconnect } from "./reconnect.ts";
import { chain, close, engine, nothingSaid, unchanged, warn, type RunState, type Step } from "./state.ts";
import { isDeed, translateDeed } from "./translate-deed.ts";
import { answerOf, takeDelta, translateWords } from "./translate-words.ts";

/** What one message of Codex means for the run. */
export function translate(state: RunState, message: CodexMessage): Step {
  return isOfSubagent(state, message) ? translateSubagent(state, message) : translateOwn(state, message);
}

/** Sub-agents have threads of their own. What they say is for the model; what they do is shown. */
function translateSubagent(state: RunState, message: CodexMessage): Step {
  if (message.type !== "item" || !isDeed(message.item)) return unchanged(state);
  return translateDeed(state, message.phase, message.item);
}

function isOfSubagent(state: RunState, message: CodexMessage): boolean {
  if (message.type === "thread" || !("thread" in message) || state.thread === undefined) return false;
  return message.thread !== state.thread;
}

function translateOwn(state: RunState, message: CodexMessage): Step {
  switch (message.type) {
    case "thread":
      return beginThread(state, message);
    case "turn_started":
      return unchanged(withTurn(state, message.turn));
    case "item":
      return chain(state, endReconnect, flushError, (now) => translateItem(now, message));
    case "delta":
      return takeDelta(state, message);
    case "error":
      return translateError(state, message);
    case "usage":
      return unchanged(withUsage(state, message));
    case "limits":
      return unchanged(withLimits(state, message));
    case "turn_ended":
      return endTurn(state, message);
    case "warning":
      return warn(state, message.text);
    case "quiet":
      return unchanged(state);
    case "other":
      return unchanged(countUnknown(state, message.name));
  }
}

function withLimits(
  { resetsAt: _before, ...rest }: RunState,
  { resetsAt }: Extract<CodexMessage, { type: "limits" }>,
): RunState {
  return { ...rest, ...(resetsAt !== undefined && { resetsAt }) };
}

function translateItem(state: RunState, { phase, item }: Extract<CodexMessage, { type: "item" }>): Step {
  return isDeed(item) ? translateDeed(state, phase, item) : translateWords(state, phase, item);
}

/** A line that is no message. Codex's own warnings may end up on its stdout. */
export function translateMalformed(state: RunState, line: string): Step {
  return warn(state, "codex printed a line that is not one of its messages", { line: line.slice(0, 500) });
}

function beginThread(state: RunState, { thread, model, meta }: Extract<CodexMessage, { type: "thread" }>): Step {
  const expected = state.thread ?? state.requested;
  if (expected !== undefined && expected !== thread) return unchanged(wrongThread(state, thread));
  if (state.thread !== undefined) return unchanged(state);
  const title = state.title ?? model;
  const resume = { engine, value: thread };
  return {
    state: { ...state, thread },
    events: [
      { type: "started", engine, resume, ...(title === undefined ? {} : { title }), meta: withModel(meta, model) },
    ],
  };
}

function withModel(
  meta: Readonly<Record<string, unknown>>,
  model: string | undefined,
): Readonly<Record<string, unknown>> {
  return model === undefined ? meta : { model, ...meta };
}

function wrongThread(state: RunState, thread: string): RunState {
  const error =
    `codex went on in session ${thread} instead of ${state.thread ?? state.requested}, so the run was stopped. ` +
    `To continue that one, send: codex resume ${thread}`;
  return { ...state, failure: { error } };
}

function withTurn(state: RunState, turn: string | undefined): RunState {
  return turn === undefined ? state : { ...state, turn };
}

/** An error without a retry is the turn's end, which follows at once and says it again. */
function translateError(state: RunState, { error, willRetry }: Extract<CodexMessage, { type: "error" }>): Step {
  return willRetry ? beginReconnect(state, error) : unchanged({ ...state, error });
}

/** Something came after the error, so that it was not the end. */
function flushError(state: RunState): Step {
  const { error, ...rest } = state;
  return error === undefined ? unchanged(state) : warn(rest, error.message);
}

/** The app-server reports the tokens of a resumed thread before its turn begins, and of a new thread only after the first call. */
function withUsage(state: RunState, { turn, total, last }: Extract<CodexMessage, { type: "usage" }>): RunState {
  if (turn !== state.turn && state.usage === undefined) return { ...state, usageBefore: total };
  return { ...state, usageBefore: state.usageBefore ?? difference(total, last), usage: total };
}

export function difference(total: TokenCounts, before: TokenCounts): TokenCounts {
  return Object.fromEntries(Object.entries(total).map(([kind, count]) => [kind, count - (before[kind] ?? 0)]));
}

function endTurn(state: RunState, ended: Extract<CodexMessage, { type: "turn_ended" }>): Step {
  const answer = answerOf(state.said, ended.status !== "completed");
  const { error: reported, ...rest } = state;
  const result = { ...ended, ...withError(ended.error ?? reported) };
  const proposal = state.isPlanning && ended.status === "completed" ? state.said.plan : undefined;
  const over: RunState = {
    ...rest,
    result,
    said: nothingSaid,
    answers: answer === "" ? state.answers : [...state.answers, answer],
    ...(proposal === undefined ? {} : { proposal }),
    ...(ended.usage === undefined ? {} : { usage: ended.usage }),
  };
  return closeOpen(over, ended.status === "completed");
}

function withError(error: TurnError | undefined): { readonly error?: TurnError } {
  return error === undefined ? {} : { error };
}

/** Ends the steps that are left open. The plan never has an end of its own; of the others, those of a broken turn have failed. */
export function closeOpen(state: RunState, isCompleted: boolean): Step {
  const endings = [...state.open.values()].map((action) => {
    const isPlan = action.kind === "note" && !isReconnect(action);
    return (now: RunState) => close(now, action, isCompleted || isPlan ? {} : { ok: false });
  });
  return chain(state, ...endings);
}
