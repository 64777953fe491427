import type { CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { unknownTypes } from "../../src/runner/unknown-types.ts";
import { turnError } from "./failure.ts";
import { engine, type Failure, type RunState } from "./state.ts";
import { answerOf } from "./translate-words.ts";
import { closeOpen, difference } from "./translate.ts";

/** The last events of a run. `failure` is what ended it from outside; without one, the last turn counts. */
export function complete(state: RunState, failure: Failure | undefined = state.failure): readonly TakopiEvent[] {
  const { events } = closeOpen(state, false);
  return [
    ...events,
    ...unknownTypes({ engine, what: "messages", counts: state.unknown }),
    completedEvent(state, failure),
  ];
}

function completedEvent(state: RunState, failure: Failure | undefined): CompletedEvent {
  const error = failure?.error ?? errorOf(state);
  const answers = [...state.answers, answerOf(state.said, true)];
  return {
    type: "completed",
    engine,
    ok: error === undefined,
    answer: answers.filter((text) => text !== "").join("\n\n"),
    ...resumeOf(state, failure),
    ...(error === undefined ? {} : { error }),
    ...(error === undefined ? {} : faultOf(state, failure)),
    ...usageOf(state),
  };
}

function errorOf({ result }: RunState): string | undefined {
  switch (result?.status) {
    case undefined:
      return "codex ended without a result.";
    case "completed":
      return undefined;
    case "interrupted":
      return "codex stopped before it had finished.";
    case "failed":
      return turnError(result?.error ?? { message: "" });
  }
}

function faultOf(
  { result, resetsAt }: RunState,
  failure: Failure | undefined,
): Pick<CompletedEvent, "fault" | "resetsAt"> {
  if (failure?.fault !== undefined) return { fault: failure.fault };
  if (failure !== undefined || result?.error?.cause !== "usageLimitExceeded") return {};
  return { fault: "usage_limit", ...(resetsAt !== undefined && { resetsAt }) };
}

function resumeOf(state: RunState, failure: Failure | undefined): Pick<CompletedEvent, "resume"> {
  const value = state.thread ?? state.requested;
  // A session that is gone is not offered again.
  return value === undefined || failure?.fault === "session_not_found" ? {} : { resume: { engine, value } };
}

/** Of this run alone, except where only the whole session's tokens are known: then `cumulative` says so. */
function usageOf({ usage, usageBefore, requested }: RunState): Pick<CompletedEvent, "usage"> {
  if (usage === undefined) return {};
  if (usageBefore !== undefined) return { usage: difference(usage, usageBefore) };
  return { usage: requested === undefined ? usage : { ...usage, cumulative: true } };
}
