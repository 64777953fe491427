import type { Action, ActionEvent, ActionLevel, RunFault, TakopiEvent } from "../../src/domain/event.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { CodexMessage, TokenCounts, TurnError } from "./messages.ts";

export const engine = "codex";

/** How much of a thought or of a step's output an action keeps, in characters: enough to show, too little to fill memory. */
export const maxTextChars = 1_000;

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: RunFault;
}

/** What the model has said in the turn so far. */
export interface Said {
  /** The last message marked as the final answer. */
  readonly final?: string;
  /** The last message that is not marked at all. */
  readonly text?: string;
  /** The plan the turn came to, in plan mode. */
  readonly plan?: string;
  /** The message that is being written. */
  readonly partial?: { readonly id: string; readonly text: string };
  /** Whether a message was the last thing that happened, and not a step. */
  readonly isLast: boolean;
}

/** What is known of a run so far. */
export interface RunState {
  readonly cwd: string;
  /** The session that is to be resumed. */
  readonly requested?: string;
  /** Shown for the run instead of the model. */
  readonly title?: string;
  /** Whether the turn is to come to a plan, which the user then decides about. */
  readonly isPlanning: boolean;
  /** The session of the run, from the moment `started` was said. */
  readonly thread?: string;
  readonly turn?: string;
  /** Steps without an end yet, by id. */
  readonly open: ReadonlyMap<string, Action>;
  /** What the open file changes would do, by id: shown when Codex asks for approval. */
  readonly patches: ReadonlyMap<string, readonly Fields[]>;
  readonly said: Said;
  /** Answers that are complete: a text sent into a running turn makes a second one. */
  readonly answers: readonly string[];
  /** An error that may be the turn's end. */
  readonly error?: TurnError;
  /** Tokens of the thread before this run. */
  readonly usageBefore?: TokenCounts;
  readonly usage?: TokenCounts;
  /** The end of the last turn; absent while a turn runs. */
  readonly result?: Extract<CodexMessage, { type: "turn_ended" }>;
  /** The plan of the last turn, for as long as it waits for the user: the run goes on. */
  readonly proposal?: string;
  readonly failure?: Failure;
  /** When the account's limits that are reached are over, in milliseconds since 1970. */
  readonly resetsAt?: number;
  readonly notes: number;
  /** How often messages of a type not known here came. */
  readonly unknown: ReadonlyMap<string, number>;
}

export interface Step {
  readonly state: RunState;
  readonly events: readonly TakopiEvent[];
}

export interface RunFacts {
  readonly cwd: string;
  readonly requested?: string | undefined;
  readonly title?: string | undefined;
  readonly isPlanning?: boolean;
}

export const nothingSaid: Said = { isLast: false };

export function initialState({ cwd, requested, title, isPlanning = false }: RunFacts): RunState {
  return {
    cwd,
    isPlanning,
    ...(requested === undefined ? {} : { requested }),
    ...(title === undefined ? {} : { title }),
    open: new Map(),
    patches: new Map(),
    said: nothingSaid,
    answers: [],
    notes: 0,
    unknown: new Map(),
  };
}

/** Whether nothing more is to come. */
export function isSettled(state: RunState): boolean {
  return state.failure !== undefined || (state.result !== undefined && state.proposal === undefined);
}

/** Another turn is about to begin, after the plan that waited was decided about. What belongs to the plan is no answer then. */
export function leavePlan(state: RunState, isPlanning: boolean): RunState {
  const { proposal: _decided, result: _ended, turn: _old, ...rest } = state;
  return { ...rest, isPlanning, answers: state.answers.slice(0, -1) };
}

/** Nobody wants more of the plan that waited: the run ends with it as its answer. */
export function keepPlan(state: RunState): RunState {
  const { proposal: _kept, ...rest } = state;
  return rest;
}

export function unchanged(state: RunState): Step {
  return { state, events: [] };
}

/** Steps one after another. */
export function chain(state: RunState, ...steps: readonly ((state: RunState) => Step)[]): Step {
  return steps.reduce<Step>((before, step) => {
    const { state: after, events } = step(before.state);
    return { state: after, events: [...before.events, ...events] };
  }, unchanged(state));
}

export interface Remark {
  readonly title: string;
  readonly kind?: "note" | "warning";
  readonly level?: ActionLevel;
  readonly ok?: boolean;
  readonly detail?: Fields;
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

export function warn(state: RunState, title: string, detail: Fields = {}): Step {
  return remark(state, { kind: "warning", title, ok: false, level: "warning", detail });
}

/** A step begins, or goes on. */
export function showOpen(state: RunState, action: Action): Step {
  const phase = state.open.has(action.id) ? "updated" : "started";
  return {
    state: { ...state, open: new Map(state.open).set(action.id, action) },
    events: [{ type: "action", engine, action, phase }],
  };
}

/** A step ends. `ok` absent: no failure known. */
export function close(state: RunState, action: Action, more: Pick<ActionEvent, "ok" | "message"> = {}): Step {
  const open = new Map(state.open);
  open.delete(action.id);
  return { state: { ...state, open }, events: [{ type: "action", engine, action, phase: "completed", ...more }] };
}
