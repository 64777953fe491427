import type { Action } from "../../src/domain/event.ts";
import type { TurnError } from "./messages.ts";
import { close, engine, showOpen, unchanged, type RunState, type Step } from "./state.ts";

const prefix = `${engine}.reconnect`;

/** Codex tries a call to the API again. One step for all tries in a row; it says itself which one it is. */
export function beginReconnect(state: RunState, { message, detail }: TurnError): Step {
  const open = openReconnect(state);
  const notes = open === undefined ? state.notes + 1 : state.notes;
  const title = detail === undefined || message.includes(detail) ? message : `${message} (${detail})`;
  const id = open?.id ?? `${prefix}.${notes}`;
  return showOpen({ ...state, notes }, { id, kind: "note", title, detail: {} });
}

/** It worked. */
export function endReconnect(state: RunState): Step {
  const open = openReconnect(state);
  return open === undefined ? unchanged(state) : close(state, open, { ok: true });
}

export function isReconnect({ id }: Action): boolean {
  return id.startsWith(prefix);
}

function openReconnect(state: RunState): Action | undefined {
  return [...state.open.values()].find(isReconnect);
}
