import type { Action, EngineId, RunFault, StartedEvent } from "../../src/domain/event.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { Step as StepOf } from "../../src/runner/step.ts";

export const engine = "pi";

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: RunFault;
}

/**
 * What pi does. `ending`: it has ended, unless it repeats the call, compacts the context or goes on with a queued message, which
 * 0.73.1 tells only afterwards. `idle`: nothing more is to come.
 */
export type Activity = "starting" | "working" | "ending" | "idle";

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
  readonly cwd: string;
  /** The session that is to be resumed: an id, the beginning of one, or a path. */
  readonly requested?: string;
  /** The session of the run, from the moment `started` was said. */
  readonly session?: string;
  readonly activity: Activity;
  /** Nobody will say whether `ending` is the end: pi has to be asked for its state. */
  readonly isUnsure: boolean;
  /** Ids of prompts that pi has not acknowledged. */
  readonly prompts: ReadonlySet<string>;
  /** Tool calls without a result yet, by id. */
  readonly open: ReadonlyMap<string, Action>;
  /** The last text that was no answer: said before a tool call, or cut off by an error. */
  readonly text: string;
  /** What the model ended its turns with: follow-ups make more than one. */
  readonly answers: readonly string[];
  /** How the model's last message failed; absent when it did not. */
  readonly fault?: string;
  /** Sums over the messages of this run, under pi's own names. */
  readonly usage: Fields;
  readonly failure?: Failure;
  readonly notes: number;
  /** The compaction that goes on, or the last one. */
  readonly compactions: number;
  /** How often lines of a type not known here came. */
  readonly unknown: ReadonlyMap<string, number>;
}

export type Step = StepOf<RunState>;

/** `prompts`: the ids of those that were sent already, or are right away. */
export function initialState(cwd: string, requested?: string, prompts: readonly string[] = []): RunState {
  return {
    engine,
    cwd,
    ...(requested === undefined ? {} : { requested }),
    activity: "starting",
    isUnsure: false,
    prompts: new Set(prompts),
    open: new Map(),
    text: "",
    answers: [],
    usage: {},
    notes: 0,
    compactions: 0,
    unknown: new Map(),
  };
}

/** Whether nothing more is to come. */
export function isSettled(state: RunState): boolean {
  return state.failure !== undefined || (state.activity === "idle" && state.prompts.size === 0);
}

export function startedEvent(session: string, extra: Pick<StartedEvent, "title" | "meta"> = {}): StartedEvent {
  return { type: "started", engine, resume: { engine, value: session }, ...extra };
}

/** A prompt was written. */
export function expectReply(state: RunState, id: string): RunState {
  return { ...state, prompts: new Set(state.prompts).add(id) };
}

/** Pi goes on. Before its run has begun it may already compact the context. */
export function goesOn(state: RunState): RunState {
  return state.activity === "starting" ? state : { ...state, activity: "working", isUnsure: false };
}

/** What pi did has ended, and its run perhaps too: it has to be asked, or to fall silent. */
export function mayEnd(state: RunState): RunState {
  const isAtWork = state.activity === "working" || state.activity === "ending";
  return isAtWork ? { ...state, activity: "ending", isUnsure: true } : state;
}
