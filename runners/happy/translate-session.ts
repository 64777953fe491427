import type { Action } from "../../src/domain/event.ts";
import { fieldsAt, type Fields } from "../../src/runner/fields.ts";
import type { SessionEvent } from "./client/session-event.ts";
import type { TurnEvent } from "./client/turn-event.ts";
import type { SessionState } from "./client/session-state.ts";
import { begin, end, type RunState, type Step } from "./state.ts";
import { remark, steps, unchanged } from "../../src/runner/step.ts";
import { translate, translateState } from "./translate.ts";

/** Where the run is, and how far. */
export interface RunPlace {
  /** The machine's name. */
  readonly host: string;
  /** What was said before the run's prompt arrived belongs to other runs. */
  readonly hasPrompted: boolean;
}

/** What one thing that happens in the session means for the run. */
export function translateSession(state: RunState, event: SessionEvent, { host, hasPrompted }: RunPlace): Step {
  switch (event.type) {
    case "message":
      return wordsStep(state, event.says, hasPrompted);
    case "state":
      return stateStep(state, event.state, host);
    case "connection":
      return connectionStep(state, event.isUp);
    case "machine":
      return machineStep(state, event.isActive, host);
    case "unreadable":
      return remark(state, {
        title: "a message of the session could not be decrypted",
        kind: "warning",
        level: "warning",
        ok: false,
      });
    case "usage":
      return usageStep(state, event.usage, hasPrompted);
    case "activity":
    case "metadata":
    case "notice":
    case "deleted":
    case "failed":
      return unchanged(state);
  }
}

function wordsStep(state: RunState, says: readonly TurnEvent[], hasPrompted: boolean): Step {
  if (!hasPrompted) return unchanged(state);
  return steps(state, ...says.map((said) => (before: RunState) => translate(before, said)));
}

/** Of the last call of the model; the tokens are told with its words, too. */
function usageStep(state: RunState, usage: Fields, hasPrompted: boolean): Step {
  return unchanged(hasPrompted ? { ...state, usage: { ...state.usage, cost: fieldsAt(usage, "cost") } } : state);
}

/** A prompt waits while somebody works in the session's own terminal: one step for as long as that takes. */
function stateStep(state: RunState, told: SessionState, host: string): Step {
  const id = `${state.engine}.terminal`;
  const title = `somebody works in this session on ${host}; the prompt waits until they hand it over`;
  const action: Action = { id, kind: "note", title, detail: {} };
  return steps(
    state,
    (before) => translateState(before, told),
    (before) => (told.isControlledByUser ? begin(before, action) : end(before, id, { ok: true })),
  );
}

function machineStep(state: RunState, isActive: boolean, host: string): Step {
  if (isActive) return unchanged(state);
  return remark(state, { title: `${host} has gone offline`, kind: "warning", level: "warning", ok: false });
}

/** One step for each time the connection breaks. */
function connectionStep(state: RunState, isUp: boolean): Step {
  const open = [...state.open.keys()].find((id) => id.startsWith(`${state.engine}.connection`));
  if (isUp) return open === undefined ? unchanged(state) : end(state, open, { ok: true });
  if (open !== undefined) return unchanged(state);
  const notes = state.notes + 1;
  const title = "the connection to the Happy server broke; trying again";
  const action: Action = { id: `${state.engine}.connection.${notes}`, kind: "note", title, detail: {} };
  return begin({ ...state, notes }, action);
}
