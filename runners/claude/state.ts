import type { Action, EngineId, RunFault, StartedEvent } from "../../src/domain/event.ts";
import { remark, type Remark, steps, type Step as StepOf } from "../../src/runner/step.ts";
import type { ResultLine } from "./lines.ts";

export const engine = "claude";

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: RunFault;
}

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
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
  /** Ids of user lines sent after the first whose turn has not ended. */
  readonly owed: ReadonlySet<string>;
  /** Ids of those that reached the model, also when their turn has ended. */
  readonly taken: ReadonlySet<string>;
  /** When the last turn ended, background work was about to start another. */
  readonly awaitsTurn: boolean;
  /** The result of the last turn; absent while a turn runs. */
  readonly result?: ResultLine;
  readonly failure?: Failure;
  /** The account's limit is reached; `resetsAt` in milliseconds since 1970. */
  readonly limit?: { readonly resetsAt?: number };
  readonly notes: number;
  /** How often lines of a type not known here came. */
  readonly unknown: ReadonlyMap<string, number>;
}

export type Step = StepOf<RunState>;

export function initialState(cwd: string, requested?: string): RunState {
  return {
    engine,
    cwd,
    ...(requested === undefined ? {} : { requested }),
    hasCleared: false,
    open: new Map(),
    text: "",
    answers: [],
    background: new Map(),
    owed: new Set(),
    taken: new Set(),
    awaitsTurn: false,
    notes: 0,
    unknown: new Map(),
  };
}

/** Whether nothing more is to come: the last turn has its result, and no other one follows. */
export function isSettled(state: RunState): boolean {
  if (state.failure !== undefined) return true;
  return state.result !== undefined && !state.awaitsTurn && state.owed.size === 0;
}

export function isFailed(line: ResultLine): boolean {
  // 2.0 and older say `is_error: false` for `error_max_turns` and `error_during_execution`.
  return line.is_error || line.subtype.startsWith("error");
}

/** Whether its last turn went well: a stop that came after that changes nothing. */
export function isDone({ result }: RunState): boolean {
  return result !== undefined && !isFailed(result);
}

export function startedEvent(
  session: string,
  extra: Omit<StartedEvent, "type" | "engine" | "resume"> = {},
): StartedEvent {
  return { type: "started", engine, resume: { engine, value: session }, ...extra };
}

/** Remarks one after another. */
export function remarks(state: RunState, all: readonly Remark[]): Step {
  return steps(state, ...all.map((next) => (before: RunState) => remark(before, next)));
}

/** A user line was written that will have a turn of its own, or join the running one. */
export function oweAnswer(state: RunState, uuid: string): RunState {
  return { ...state, owed: new Set(state.owed).add(uuid) };
}

/** The turn that runs, or the next one, works on this line. Lines that nobody owes an answer to are passed over. */
export function takeLine(state: RunState, uuid: string): RunState {
  return state.owed.has(uuid) ? { ...state, taken: new Set(state.taken).add(uuid) } : state;
}

/** Nothing more is to come of this line: its turn has ended, or it was dropped. */
export function settleLine(state: RunState, uuid: string): RunState {
  return { ...state, owed: new Set([...state.owed].filter((id) => id !== uuid)) };
}

/** A turn has begun, or is about to: what the last one ended with no longer counts. */
export function reopen(state: RunState): RunState {
  if (state.result === undefined) return state;
  const { result: _ended, ...rest } = state;
  return rest;
}
