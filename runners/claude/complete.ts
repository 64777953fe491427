import type { CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { unknownTypes } from "../../src/runner/unknown-types.ts";
import { turnError } from "./failure.ts";
import type { ResultLine } from "./lines.ts";
import { engine, type Failure, isFailed, type RunState } from "./state.ts";

/** The last events of a run. `failure` is what ended it from outside; without one, the last result counts. */
export function complete(state: RunState, failure: Failure | undefined = state.failure): readonly TakopiEvent[] {
  return [...unknownTypes({ engine, what: "lines", counts: state.unknown }), completedEvent(state, failure)];
}

function completedEvent(state: RunState, failure: Failure | undefined): CompletedEvent {
  const { result } = state;
  const error = failure?.error ?? errorOf(result);
  return {
    type: "completed",
    engine,
    ok: error === undefined,
    answer: [...state.answers, state.text].filter((text) => text !== "").join("\n\n"),
    ...resumeOf(state, failure),
    ...(error === undefined ? {} : { error }),
    ...(error === undefined ? {} : faultOf(state, failure)),
    ...(result === undefined ? {} : { usage: usageOf(result) }),
  };
}

function errorOf(result: ResultLine | undefined): string | undefined {
  if (result === undefined) return "claude ended without a result.";
  return isFailed(result) ? turnError(result) : undefined;
}

/** A turn that fails behind a limit fails because of it. */
function faultOf({ limit }: RunState, failure: Failure | undefined): Pick<CompletedEvent, "fault" | "resetsAt"> {
  if (failure?.fault !== undefined) return { fault: failure.fault };
  return failure === undefined && limit !== undefined ? { fault: "usage_limit", ...limit } : {};
}

function resumeOf(state: RunState, failure: Failure | undefined): Pick<CompletedEvent, "resume"> {
  const value = state.session ?? state.requested;
  // A session that is gone is not offered again.
  return value === undefined || failure?.fault === "session_not_found" ? {} : { resume: { engine, value } };
}

/** As reported; the cost is the running total of the session in this process. */
function usageOf(result: ResultLine): Readonly<Record<string, unknown>> {
  const { usage, total_cost_usd, duration_ms, num_turns } = result;
  const totals = Object.entries({ total_cost_usd, duration_ms, num_turns }).filter(([, value]) => value !== undefined);
  return { ...usage, ...Object.fromEntries(totals) };
}
