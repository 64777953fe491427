import type { Action, ActionEvent, ActionLevel, StartedEvent, TakopiEvent } from "../../src/domain/event.ts";
import type { ResultLine } from "./lines.ts";

export const engine = "claude";

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: "session_not_found";
}

/** What is known of a run so far. */
export interface RunState {
  readonly cwd: string;
  /** The session that is to be resumed. */
  readonly requested?: string;
  /** The session of the run, from the moment `started` was said. */
  readonly session?: string;
  /** `/clear` moved the process into another session; session ids no longer mean anything. */
  readonly hasCleared: boolean;
  /** Tool calls without a result yet, by id. */
  readonly open: ReadonlyMap<string, Action>;
  /** The last text of the main thread in the current turn. */
  readonly text: string;
  /** The answers of the turns that ended: background work and follow-ups make more than one. */
  readonly answers: readonly string[];
  /** Descriptions of work that goes on behind the turns, by id. */
  readonly background: ReadonlyMap<string, string>;
  /** The CLI reports what becomes of each user line (2.1.3xx). */
  readonly tracksPrompts: boolean;
  /** Ids of user lines sent after the first whose turn has not ended. */
  readonly owed: ReadonlySet<string>;
  /** When the last turn ended, background work or an owed answer was about to start another. */
  readonly awaitsTurn: boolean;
  /** The result of the last turn; absent while a turn runs. */
  readonly result?: ResultLine;
  readonly failure?: Failure;
  readonly notes: number;
  /** How often lines of a type not known here came. */
  readonly unknown: ReadonlyMap<string, number>;
}

export interface Step {
  readonly state: RunState;
  readonly events: readonly TakopiEvent[];
}

export function initialState(cwd: string, requested?: string): RunState {
  return {
    cwd,
    ...(requested === undefined ? {} : { requested }),
    hasCleared: false,
    open: new Map(),
    text: "",
    answers: [],
    background: new Map(),
    tracksPrompts: false,
    owed: new Set(),
    awaitsTurn: false,
    notes: 0,
    unknown: new Map(),
  };
}

/** Whether nothing more is to come: the last turn has its result, and no other one follows. */
export function isSettled(state: RunState): boolean {
  if (state.failure !== undefined) return true;
  return state.result !== undefined && !state.awaitsTurn;
}

export function unchanged(state: RunState): Step {
  return { state, events: [] };
}

export function startedEvent(
  session: string,
  extra: Omit<StartedEvent, "type" | "engine" | "resume"> = {},
): StartedEvent {
  return { type: "started", engine, resume: { engine, value: session }, ...extra };
}

export interface Remark {
  readonly title: string;
  readonly kind?: "note" | "warning";
  readonly level?: ActionLevel;
  readonly ok?: boolean;
  readonly message?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** An action that is reported once, under an id of its own. */
export function remark(state: RunState, { title, kind = "note", detail = {}, ...rest }: Remark): Step {
  const notes = state.notes + 1;
  const event: ActionEvent = {
    type: "action",
    engine,
    action: { id: `${engine}.note.${notes}`, kind, title, detail },
    phase: "completed",
    ...rest,
  };
  return { state: { ...state, notes }, events: [event] };
}

/** Remarks one after another. */
export function remarks(state: RunState, all: readonly Remark[]): Step {
  return all.reduce<Step>((step, next) => {
    const { state: after, events } = remark(step.state, next);
    return { state: after, events: [...step.events, ...events] };
  }, unchanged(state));
}

/** A user line was written that will have, or join, a turn of its own. */
export function oweAnswer(state: RunState, uuid: string): RunState {
  return { ...state, owed: new Set(state.owed).add(uuid), awaitsTurn: true };
}

/** A turn has begun, or is about to: what the last one ended with no longer counts. */
export function reopen(state: RunState): RunState {
  if (state.result === undefined) return state;
  const { result: _ended, ...rest } = state;
  return rest;
}
