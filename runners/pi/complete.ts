import type { CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { unknownTypes } from "../../src/runner/unknown-types.ts";
import { engine, type Failure, type RunState } from "./state.ts";

/** The last events of a run. `failure` is what ended it from outside; without one, the model's last message counts. */
export function complete(state: RunState, failure: Failure | undefined = state.failure): readonly TakopiEvent[] {
  return [...unknownTypes({ engine, what: "lines", counts: state.unknown }), completedEvent(state, failure)];
}

function completedEvent(state: RunState, failure: Failure | undefined): CompletedEvent {
  const error = failure?.error ?? state.fault;
  return {
    type: "completed",
    engine,
    ok: error === undefined,
    answer: [...state.answers, state.text].filter((text) => text !== "").join("\n\n"),
    ...resumeOf(state, failure),
    ...(error === undefined ? {} : { error }),
    ...(failure?.fault === undefined ? {} : { fault: failure.fault }),
    ...(Object.keys(state.usage).length === 0 ? {} : { usage: state.usage }),
  };
}

function resumeOf(state: RunState, failure: Failure | undefined): Pick<CompletedEvent, "resume"> {
  const value = state.session ?? state.requested;
  // A session that is gone is not offered again.
  return value === undefined || failure?.fault === "session_not_found" ? {} : { resume: { engine, value } };
}
