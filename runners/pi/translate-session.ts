import type { StartedEvent } from "../../src/domain/event.ts";
import { startedEvent, type RunState, type Step } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";

interface NamedSession extends Pick<StartedEvent, "title" | "meta"> {
  /** The full id. */
  readonly id: string;
}

/** The session has its name. A resumed one keeps the name it was asked for: the beginning of its id, or the path of its file. */
export function beginSession(state: RunState, { id, ...extra }: NamedSession): Step {
  if (state.session !== undefined) return unchanged(state);
  const { requested } = state;
  if (requested !== undefined && !names(requested, id)) return unchanged(wrongSession(state, id));
  const session = requested ?? id;
  return { state: { ...state, session }, events: [startedEvent(session, extra)] };
}

/** Which session a path leads to, only pi knows. */
function names(requested: string, id: string): boolean {
  return requested.includes("/") || requested.endsWith(".jsonl") || id.startsWith(requested);
}

function wrongSession(state: RunState, id: string): RunState {
  const error =
    `pi went on in session ${id} instead of ${state.requested}, so the run was stopped. ` +
    `To continue that one, send: pi --session ${id}`;
  return { ...state, failure: { error } };
}
