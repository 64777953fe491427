import type { ActionEvent, EngineId } from "../domain/event.ts";

/** How often messages of a type that the engine's folder does not know came, by the type. */
export type TypeCounts = ReadonlyMap<string, number>;

/** Takes note of a message of a type that is not known. */
export function countUnknown<State extends { readonly unknown: TypeCounts }>(state: State, type: string): State {
  return { ...state, unknown: new Map(state.unknown).set(type, (state.unknown.get(type) ?? 0) + 1) };
}

export interface UnknownTypes {
  readonly engine: EngineId;
  /** What the engine's messages are called. */
  readonly what: "lines" | "messages";
  readonly counts: TypeCounts;
  /** Of the action; `<engine>.unknown` unless given. */
  readonly id?: string;
}

/** One hidden action for all of them, for the end of a run; none where there were none. */
export function unknownTypes({ engine, what, counts, id = `${engine}.unknown` }: UnknownTypes): readonly ActionEvent[] {
  if (counts.size === 0) return [];
  const named = [...counts].map(([type, count]) => `${type} ×${count}`).join(", ");
  const detail = { counts: Object.fromEntries(counts) };
  const action = { id, kind: "telemetry", title: `${what} of an unknown type: ${named}`, detail } as const;
  return [{ type: "action", engine, action, phase: "completed", level: "debug" }];
}
