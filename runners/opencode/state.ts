import type { Action, EngineId, RunFault, StartedEvent } from "../../src/domain/event.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { Step as StepOf } from "../../src/runner/step.ts";

export const engine = "opencode";

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: RunFault;
}

/** A message of the run's own session: a prompt, or what the model made of it in one turn. */
export interface Message {
  readonly role: string;
  readonly parentId: string | undefined;
  readonly isSummary: boolean;
  /** Its finished and unfinished texts, by part. */
  readonly texts: ReadonlyMap<string, string>;
  /** Why the model's turn ended; absent while it goes on, or when it broke off. */
  readonly finish?: string;
}

/** What the model's turns have used so far, as the engine counts it. */
export interface Usage {
  readonly steps: number;
  readonly cost: number;
  readonly tokens: Fields;
}

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
  readonly cwd: string;
  /** The session that is to be resumed. */
  readonly requested?: string;
  /** The session of the run, from the moment `started` was said. */
  readonly session?: string;
  /** Sessions of sub-agents, with the id of the call that started each, once that is known. */
  readonly subagents: ReadonlyMap<string, string | undefined>;
  /** In the order they came. */
  readonly messages: ReadonlyMap<string, Message>;
  /** Tool calls that have not ended, by id. */
  readonly open: ReadonlyMap<string, Action>;
  /** Parts of which nothing more is said. */
  readonly ended: ReadonlySet<string>;
  /** How many prompts the engine took. */
  readonly prompts: number;
  /** The session's last status: before the first turn, in one, after one. */
  readonly phase: "ready" | "busy" | "idle";
  readonly failure?: Failure;
  readonly usage?: Usage;
  readonly notes: number;
  /** How often events of a type not known here came. */
  readonly unknown: ReadonlyMap<string, number>;
}

export type Step = StepOf<RunState>;

export function initialState(cwd: string, requested?: string): RunState {
  return {
    engine,
    cwd,
    ...(requested === undefined ? {} : { requested }),
    subagents: new Map(),
    messages: new Map(),
    open: new Map(),
    ended: new Set(),
    prompts: 0,
    phase: "ready",
    notes: 0,
    unknown: new Map(),
  };
}

/** The session is known: the run has started. */
export function begin(
  state: RunState,
  session: string,
  extra: Omit<StartedEvent, "type" | "engine" | "resume"> = {},
): Step {
  const event: StartedEvent = { type: "started", engine, resume: { engine, value: session }, ...extra };
  return { state: { ...state, session }, events: [event] };
}

/** The engine took a prompt, the first or a later one. */
export function withPrompt(state: RunState): RunState {
  return { ...state, prompts: state.prompts + 1 };
}

/**
 * Whether nothing more is to come. An idle session may be about to begin a turn for a prompt it took while it was busy, so that with
 * more than one prompt the last of them must have its answer.
 */
export function isSettled(state: RunState): boolean {
  // An unknown agent is an error without a turn, and no status follows it (1.18.33).
  if (state.failure !== undefined) return state.phase !== "busy";
  if (state.phase !== "idle") return false;
  return state.prompts <= 1 || hasAnsweredAll(state);
}

function hasAnsweredAll({ messages, prompts }: RunState): boolean {
  const all = [...messages];
  // Without a text it is an earlier prompt, of which only the summary was renewed, or one the engine made itself.
  const isPrompt = ({ role, texts }: Message): boolean => role === "user" && texts.size > 0;
  if (all.filter(([, message]) => isPrompt(message)).length < prompts) return false;
  const latest = all.slice(all.findLastIndex(([, message]) => isPrompt(message))).map(([id]) => id);
  return all.some(([, { parentId }]) => parentId !== undefined && latest.includes(parentId));
}

/** The messages of the model, without what it wrote for itself. */
export function answersOf(state: RunState): readonly Message[] {
  return [...state.messages.values()].filter(({ role, isSummary }) => role === "assistant" && !isSummary);
}
