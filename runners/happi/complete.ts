import type { ActionEvent, CompletedEvent, TakopiEvent } from "../../src/domain/event.ts";
import { closeChildren } from "./child.ts";
import type { Failure, RunState } from "./state.ts";
import { steps } from "../../src/runner/step.ts";
import { closeCalls } from "./tool.ts";
import { closeWords } from "./words.ts";

/** The last events of a run. Without a failure it ended well. */
export function complete(state: RunState, failure?: Failure): readonly TakopiEvent[] {
  const hasFailed = failure !== undefined;
  const { state: last, events } = steps(
    state,
    closeWords,
    (next) => closeCalls(next, hasFailed),
    (next) => closeChildren(next, hasFailed),
  );
  return [...events, ...whatWasPassedOver(last), completedEvent(last, failure)];
}

function completedEvent(state: RunState, failure: Failure | undefined): CompletedEvent {
  const { engine, answer, outcome } = state;
  const session = state.session ?? state.requested;
  const usage = outcome?.type === "completed" ? outcome.usage : undefined;
  return {
    type: "completed",
    engine,
    ok: failure === undefined,
    answer,
    ...(session === undefined ? {} : { resume: { engine, value: session } }),
    ...(failure === undefined ? {} : { error: failure.error }),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** One hidden action for all of it. */
function whatWasPassedOver({ engine, passedOver }: RunState): readonly ActionEvent[] {
  if (passedOver.size === 0) return [];
  const named = [...passedOver].map(([name, count]) => `${name} ×${count}`).join(", ");
  const action = {
    id: "happi.passed-over",
    kind: "telemetry",
    title: `passed over: ${named}`,
    detail: { counts: Object.fromEntries(passedOver) },
  } as const;
  return [{ type: "action", engine, action, phase: "completed", level: "debug" }];
}
