import { failureOf, isLostSession, turnError } from "./failure.ts";
import type { PermissionDenial, ResultLine } from "./lines.ts";
import { isFailed, remarks, takeLine, type RunState, type Step } from "./state.ts";
import { unchanged, type Remark } from "../../src/runner/step.ts";

/** The end of a turn. It is the end of the run too, unless something is still to come (see `isSettled`). */
export function translateResult(state: RunState, line: ResultLine): Step {
  const complaint = line.errors.find(isLostSession);
  if (state.session === undefined && complaint !== undefined)
    return unchanged({ ...state, failure: failureOf(complaint) });
  const { taken } = line.user_message_uuids.reduce(takeLine, state);
  const owed = new Set([...state.owed].filter((id) => !taken.has(id)));
  // Work that ends in the background starts a turn that reports it, so that an empty set alone is not the end.
  const awaitsTurn = state.background.size > 0;
  const answers = withAnswer(state, line);
  const ended: RunState = { ...state, owed, taken, awaitsTurn, result: line, text: "", answers };
  const denials = line.permission_denials.map(denialRemark);
  return remarks(ended, [...denials, ...backgroundRemark(ended), ...failureRemark(ended, line)]);
}

/** The text of a failed turn is its error; what the model had said before is all there is of an answer. */
function withAnswer(state: RunState, line: ResultLine): readonly string[] {
  const answer = isFailed(line) ? partialAnswer(state, line) : line.result || state.text;
  return answer === "" || answer === state.answers.at(-1) ? state.answers : [...state.answers, answer];
}

/** 2.0 and older don't mark the CLI's own text about an API error; it is the same as the result. */
function partialAnswer(state: RunState, line: ResultLine): string {
  return state.text === line.result ? "" : state.text;
}

function denialRemark(denial: PermissionDenial): Remark {
  const { tool, toolUseId, input } = denial;
  return {
    kind: "warning",
    title: `permission denied: ${tool}`,
    ok: false,
    level: "warning",
    detail: { tool, toolUseId, input },
  };
}

function backgroundRemark(state: RunState): readonly Remark[] {
  if (state.background.size === 0) return [];
  const work = [...state.background.values()].filter((description) => description !== "").join(", ");
  return [
    { title: work === "" ? "background work still running" : `background work still running: ${work}`, level: "info" },
  ];
}

/** The run goes on with the text the user sent meanwhile, and its end will speak of that turn alone. */
function failureRemark(state: RunState, line: ResultLine): readonly Remark[] {
  if (state.owed.size === 0 || !isFailed(line)) return [];
  return [{ kind: "warning", title: turnError(line), ok: false, level: "warning" }];
}
