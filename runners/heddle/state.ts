import type { Action, ActionEvent, ActionLevel, EngineId, TakopiEvent } from "../../src/domain/event.ts";
import type { Fields } from "../../src/runner/fields.ts";
import type { ErrorEnvelope, ResultMessage } from "./messages.ts";

/** What is known of a run so far. */
export interface RunState {
  readonly engine: EngineId;
  readonly cwd: string;
  /** The session of the run, as its token names it; absent until it is known. */
  readonly session?: string;
  /** The id of the send that carries the prompt. */
  readonly sendId: string;
  /** Tool calls without an end yet, oldest first. */
  readonly open: readonly { readonly name: string; readonly action: Action }[];
  readonly tools: number;
  /** What the model said since the last tool call. */
  readonly text: string;
  readonly plan: string;
  /** Sums over the calls of the model: the result of 0.2.0 counts only the last one. */
  readonly tokens: Readonly<Record<string, number>>;
  /** The last error during the send; the result repeats it. */
  readonly lastError?: ErrorEnvelope;
  /** The last thing the worker refused without saying what. 0.2.0 says so why it crashes. */
  readonly complaint?: string;
  /** The outcome. What comes after it counts no more. */
  readonly result?: ResultMessage;
  readonly notes: number;
}

export interface Step {
  readonly state: RunState;
  readonly events: readonly TakopiEvent[];
}

export function initialState(run: Pick<RunState, "engine" | "cwd" | "session" | "sendId">): RunState {
  return { ...run, open: [], tools: 0, text: "", plan: "", tokens: {}, notes: 0 };
}

export function unchanged(state: RunState): Step {
  return { state, events: [] };
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
    engine: state.engine,
    action: { id: `${state.engine}.note.${notes}`, kind, title, detail },
    phase: "completed",
    ...rest,
  };
  return { state: { ...state, notes }, events: [event] };
}

export function warning(state: RunState, title: string, detail: Fields = {}): Step {
  return remark(state, { kind: "warning", title, level: "warning", ok: false, detail });
}
