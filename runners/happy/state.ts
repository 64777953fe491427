import type { Action, ActionEvent, EngineId } from "../../src/domain/event.ts";
import { type Step as StepOf, unchanged } from "../../src/runner/step.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { TypeCounts } from "../../src/runner/unknown-types.ts";
import { noAnswer, type Answer } from "./client/answer.ts";

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: "session_not_found";
}

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
  /** The session's directory, on its machine. */
  readonly cwd: string;
  /** The session that is to be resumed. */
  readonly requested?: string;
  /** The session of the run, from the moment `started` was said. */
  readonly session?: string;
  /** Steps that have not ended, by id. */
  readonly open: ReadonlyMap<string, Action>;
  /** Steps of which nothing more is said. */
  readonly ended: ReadonlySet<string>;
  /** The step of each sub-agent. */
  readonly subagents: ReadonlyMap<string, string>;
  readonly answer: Answer;
  /** The program's own words, where they may be why it failed. */
  readonly complaint?: string;
  /** Of the last call of the model. */
  readonly usage?: Fields;
  readonly notes: number;
  /** How often something of a kind not known here was said. */
  readonly unknown: TypeCounts;
}

export type Step = StepOf<RunState>;

export function initialState(engine: EngineId, requested?: string): RunState {
  return {
    engine,
    cwd: "",
    ...(requested === undefined ? {} : { requested }),
    open: new Map(),
    ended: new Set(),
    subagents: new Map(),
    answer: noAnswer,
    notes: 0,
    unknown: new Map(),
  };
}

/** A step begins. One that is open or has ended is not begun again. */
export function begin(state: RunState, action: Action): Step {
  if (state.open.has(action.id) || state.ended.has(action.id)) return unchanged(state);
  const open = new Map(state.open).set(action.id, action);
  return { state: { ...state, open }, events: [eventOf(state, action, { phase: "started" })] };
}

export interface Ending {
  /** Absent where nobody said how it went. */
  readonly ok?: boolean;
  readonly message?: string;
  readonly detail?: Fields;
}

/** A step ends; nothing happens where none is open. */
export function end(state: RunState, id: string, { detail = {}, ...rest }: Ending = {}): Step {
  const action = state.open.get(id);
  if (action === undefined) return unchanged(state);
  const open = new Map(state.open);
  open.delete(id);
  const ended = new Set(state.ended).add(id);
  const shown = { ...action, detail: { ...action.detail, ...detail } };
  return { state: { ...state, open, ended }, events: [eventOf(state, shown, { phase: "completed", ...rest })] };
}

function eventOf(
  { engine }: RunState,
  action: Action,
  rest: Pick<ActionEvent, "phase" | "ok" | "message" | "level">,
): ActionEvent {
  return { type: "action", engine, action, ...rest };
}
