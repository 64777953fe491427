import type { Action, ActionEvent, EngineId } from "../../src/domain/event.ts";
import type { Remark, Step as StepOf } from "../../src/runner/step.ts";
import type { Fields } from "../../src/runner/fields.ts";

/** Why a run ends without a result of its own, or before it began. */
export interface Failure {
  readonly error: string;
}

/** What the runtime said last of the request. */
export type Outcome =
  | { readonly type: "completed"; readonly usage: Fields | undefined }
  | { readonly type: "error"; readonly code: string; readonly message: string };

/** A tool call; kept when it has ended, so that a second result does not end it again. */
export interface Call {
  readonly action: Action;
  /** The request it was made in. */
  readonly request: string;
  readonly isOpen: boolean;
}

/** A request the runtime made itself. */
export interface Child {
  readonly action: Action;
  /** The beginning of what it said. */
  readonly text: string;
  readonly isOpen: boolean;
}

/** Words that still come, as the one action they are shown by. */
export interface Words {
  readonly id: string;
  /** The end of them, as much as is shown or more. */
  readonly tail: string;
  /** How many characters there are. */
  readonly chars: number;
  /** How many there were when they were last shown. */
  readonly shownChars: number;
  /** What was last shown; empty until then. */
  readonly title: string;
}

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
  readonly cwd: string;
  /** The id of the envelope. */
  readonly requestId: string;
  /** The session that is to be resumed. */
  readonly requested?: string;
  /** The session of the run, from the moment `started` was said. */
  readonly session?: string;
  /** All the words of the run's own request. */
  readonly answer: string;
  readonly words?: Words;
  /** By request and call id. */
  readonly calls: ReadonlyMap<string, Call>;
  /** By the id of their envelope. */
  readonly children: ReadonlyMap<string, Child>;
  readonly actionIds: ReadonlySet<string>;
  readonly outcome?: Outcome;
  /** The last line that is no JSON object, and how many there were. */
  readonly malformed: { readonly count: number; readonly last: string };
  /** The first id that is neither the run's nor one of its children's. */
  readonly foreignId?: string;
  /** How often what is passed over came, by name. */
  readonly passedOver: ReadonlyMap<string, number>;
}

export type Step = StepOf<RunState>;

export interface RunIdentity {
  readonly engine: EngineId;
  readonly cwd: string;
  readonly requestId: string;
  readonly requested: string | undefined;
}

export function initialState({ requested, ...identity }: RunIdentity): RunState {
  return {
    ...identity,
    ...(requested === undefined ? {} : { requested }),
    answer: "",
    calls: new Map(),
    children: new Map(),
    actionIds: new Set(),
    malformed: { count: 0, last: "" },
    passedOver: new Map(),
  };
}

/** The run has a process and with it a session. */
export function begin(state: RunState, session: string, model?: string): Step {
  const title = model === undefined ? {} : { title: model };
  const resume = { engine: state.engine, value: session };
  return { state: { ...state, session }, events: [{ type: "started", engine: state.engine, resume, ...title }] };
}

/** Ids of calls and envelopes are the runtime's and may come again; those of actions may not. */
export function withActionId(state: RunState, wanted: string): { readonly state: RunState; readonly id: string } {
  let id = wanted;
  for (let count = 2; state.actionIds.has(id); count += 1) id = `${wanted}#${count}`;
  return { state: { ...state, actionIds: new Set(state.actionIds).add(id) }, id };
}

/** An action that is reported once. */
export function remark(state: RunState, { title, kind = "note", detail = {}, ...rest }: Remark): Step {
  const { state: next, id } = withActionId(state, `happi.${kind}`);
  const event: ActionEvent = {
    type: "action",
    engine: state.engine,
    action: { id, kind, title, detail },
    phase: "completed",
    ...rest,
  };
  return { state: next, events: [event] };
}

export function passOver(state: RunState, name: string): RunState {
  return { ...state, passedOver: new Map(state.passedOver).set(name, (state.passedOver.get(name) ?? 0) + 1) };
}
