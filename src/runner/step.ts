import type { ActionEvent, ActionLevel, EngineId, TakopiEvent } from "../domain/event.ts";
import type { Fields } from "./fields.ts";

/** What one word of an engine does: the state of the run behind it, and what it tells the user. */
export interface Step<State> {
  readonly state: State;
  readonly events: readonly TakopiEvent[];
}

export function unchanged<State>(state: State): Step<State> {
  return { state, events: [] };
}

/** One step after another. */
export function steps<State>(state: State, ...all: readonly ((state: State) => Step<State>)[]): Step<State> {
  return all.reduce<Step<State>>((before, step) => {
    const { state: after, events } = step(before.state);
    return { state: after, events: [...before.events, ...events] };
  }, unchanged(state));
}

export interface Remark {
  readonly title: string;
  /** Default `note`. */
  readonly kind?: "note" | "warning";
  readonly level?: ActionLevel;
  readonly ok?: boolean;
  readonly message?: string;
  readonly detail?: Fields;
}

/** The part of a run's state that counts the remarks of its engine. */
export interface Remarked {
  readonly engine: EngineId;
  readonly notes: number;
}

/** An action that is reported once, under an id of its own. */
export function remark<State extends Remarked>(
  state: State,
  { title, kind = "note", detail = {}, ...rest }: Remark,
): Step<State> {
  const { engine } = state;
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

export function warning<State extends Remarked>(state: State, title: string, detail: Fields = {}): Step<State> {
  return remark(state, { kind: "warning", title, level: "warning", ok: false, detail });
}
