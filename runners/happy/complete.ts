import type { CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { unknownTypes } from "../../src/runner/unknown-types.ts";
import { answerText } from "./client/answer.ts";
import type { TurnOutcome } from "./client/turn-verdict.ts";
import { apiErrorIn, explainOutcome, type Who } from "./failure.ts";
import { end, type Ending, type Failure, type RunState, type Step } from "./state.ts";
import { steps } from "../../src/runner/step.ts";

/** How a run ended: by the end of its turn, or without one. */
export type RunEnd =
  | { readonly kind: "turn"; readonly outcome: TurnOutcome; readonly who: Who; readonly timeoutS: number | undefined }
  | ({ readonly kind: "failed" } & Failure);

export const cancelled: RunEnd = { kind: "failed", error: "cancelled" };

/** The last events of a run. */
export function complete(state: RunState, runEnd: RunEnd): readonly TakopiEvent[] {
  const closed = closeAll(state, runEnd);
  return [
    ...closed.events,
    ...unknownTypes({ engine: state.engine, what: "messages", counts: state.unknown }),
    completedEvent(state, runEnd),
  ];
}

/** What is still open has ended with the turn; nobody said how. */
function closeAll(state: RunState, runEnd: RunEnd): Step {
  const isOver = runEnd.kind === "turn" && runEnd.outcome.status === "completed";
  const ending: Ending = isOver ? {} : { ok: false };
  return steps(state, ...[...state.open.keys()].map((id) => (before: RunState) => end(before, id, ending)));
}

function completedEvent(state: RunState, runEnd: RunEnd): CompletedEvent {
  const text = answerText(state.answer) || ownWords(state, runEnd);
  const error = errorOf(state, runEnd, text);
  const fault = runEnd.kind === "failed" ? runEnd.fault : undefined;
  return {
    type: "completed",
    engine: state.engine,
    ok: error === undefined,
    answer: apiErrorIn(text) === undefined ? text : "",
    ...resumeOf(state, fault),
    ...(error !== undefined && { error }),
    ...(fault !== undefined && { fault }),
    ...(state.usage !== undefined && { usage: { ...state.usage } }),
  };
}

/** What the program answers to its own commands, such as `/compact`. */
function ownWords({ complaint = "" }: RunState, runEnd: RunEnd): string {
  return runEnd.kind === "turn" && runEnd.outcome.status === "completed" ? complaint : "";
}

function errorOf(state: RunState, runEnd: RunEnd, text: string): string | undefined {
  if (runEnd.kind === "failed") return runEnd.error;
  const { who, timeoutS, outcome } = runEnd;
  const error = explainOutcome(outcome, { ...who, complaint: state.complaint, timeoutS });
  if (error !== undefined) return error;
  const apiError = apiErrorIn(text);
  if (apiError !== undefined) return `${who.agent} on ${who.machine} reports an error: ${apiError}`;
  // A turn of tools alone has done something.
  const hasDone = text !== "" || state.ended.size > 0 || state.open.size > 0;
  return hasDone
    ? undefined
    : `${who.agent} on ${who.machine} ended its turn without a word. Send a message to let it go on.`;
}

function resumeOf({ engine, session, requested }: RunState, fault: Failure["fault"]): Pick<CompletedEvent, "resume"> {
  const value = session ?? requested;
  // A session that is gone is not offered again.
  return value === undefined || fault === "session_not_found" ? {} : { resume: { engine, value } };
}
