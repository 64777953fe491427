import type { CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { errorText, type Failure } from "./failure.ts";
import type { RunState } from "./state.ts";
import { abandonTools } from "./translate-tool.ts";
import { usageOf } from "./usage.ts";

/** The last events of a run. `failure` is what ended it from outside; without one, the worker's result counts. */
export function complete(state: RunState, failure?: Failure): readonly TakopiEvent[] {
  return [...abandonTools(state), completedEvent(state, failure ?? resultFailure(state))];
}

function completedEvent(state: RunState, failure: Failure | undefined): CompletedEvent {
  const { engine, session } = state;
  const usage = usageOf(state);
  const isLost = failure?.fault === "session_not_found";
  return {
    type: "completed",
    engine,
    ok: failure === undefined,
    answer: answerOf(state, failure === undefined),
    // A session that is gone is not offered again.
    ...(session === undefined || isLost ? {} : { resume: { engine, value: session } }),
    ...failure,
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
  };
}

function answerOf({ result, text, plan }: RunState, isOk: boolean): string {
  return (isOk && result?.response) || text || (isOk ? plan : "");
}

function resultFailure({ result, lastError }: RunState): Failure | undefined {
  if (result === undefined) return { error: "heddle ended without a result" };
  if (result.ok) return undefined;
  const error = result.error ?? lastError;
  return { error: error === undefined ? "heddle failed without saying why" : errorText(error) };
}
