import type { ActionEvent, ActionLevel, EngineId, RunFault, TakopiEvent } from "../../src/domain/event.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { Quirks } from "./known-agents.ts";
import type { Tool } from "./tool.ts";

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: RunFault;
}

/** A stretch of the agent's words. */
export interface Segment {
  readonly text: string;
  readonly messageId?: string;
}

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
  readonly cwd: string;
  readonly quirks: Quirks;
  /** The session of the run, from the moment it is open. */
  readonly session?: string;
  /** The session that is to be resumed. */
  readonly requested?: string;
  /** Only then do updates belong to the run: before, they are history. */
  readonly isPrompted: boolean;
  readonly isCancelled: boolean;
  /** Tool calls that were mentioned, by id; those that ended too, so that a late update does not open them again. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** What the agent said since its last tool call or other break. */
  readonly words: readonly Segment[];
  /** The last words before the break. */
  readonly lastWords: string;
  /** A thought that still grows. */
  readonly thought: Segment;
  readonly planTitle?: string;
  readonly planDetail: Fields;
  readonly usage: Fields;
  readonly notes: number;
  readonly malformed: number;
  /** How often messages of a type not known here came. */
  readonly unknown: ReadonlyMap<string, number>;
}

export interface Step {
  readonly state: RunState;
  readonly events: readonly TakopiEvent[];
}

export interface RunIdentity {
  readonly engine: EngineId;
  readonly cwd: string;
  readonly quirks: Quirks;
  readonly requested: string | undefined;
}

export function initialState({ requested, ...identity }: RunIdentity): RunState {
  return {
    ...identity,
    ...(requested === undefined ? {} : { requested }),
    isPrompted: false,
    isCancelled: false,
    tools: new Map(),
    words: [],
    lastWords: "",
    thought: { text: "" },
    planDetail: {},
    usage: {},
    notes: 0,
    malformed: 0,
    unknown: new Map(),
  };
}

export function unchanged(state: RunState): Step {
  return { state, events: [] };
}

/** One step after another. */
export function steps(state: RunState, ...all: readonly ((state: RunState) => Step)[]): Step {
  return all.reduce<Step>((step, next) => {
    const { state: after, events } = next(step.state);
    return { state: after, events: [...step.events, ...events] };
  }, unchanged(state));
}

export interface Remark {
  readonly title: string;
  readonly kind?: "note" | "warning";
  readonly level?: ActionLevel;
  readonly ok?: boolean;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** An action that is reported once, under an id of its own. */
export function remark(state: RunState, { title, kind = "note", detail = {}, ...rest }: Remark): Step {
  const notes = state.notes + 1;
  const event: ActionEvent = {
    type: "action",
    engine: state.engine,
    action: { id: `acp.note.${notes}`, kind, title, detail },
    phase: "completed",
    ...rest,
  };
  return { state: { ...state, notes }, events: [event] };
}
