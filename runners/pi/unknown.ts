import type { ActionEvent } from "../../src/domain/event.ts";
import { engine, type RunState } from "./state.ts";

/** Notes a type nobody here knows. */
export function countUnknown(state: RunState, name: string): RunState {
  return { ...state, unknown: new Map(state.unknown).set(name, (state.unknown.get(name) ?? 0) + 1) };
}

/** One hidden action for all of them, at the end of the run. */
export function unknownLines({ unknown }: RunState): readonly ActionEvent[] {
  if (unknown.size === 0) return [];
  const title = `lines of an unknown type: ${[...unknown].map(([name, count]) => `${name} ×${count}`).join(", ")}`;
  const detail = { counts: Object.fromEntries(unknown) };
  const action = { id: `${engine}.unknown`, kind: "telemetry", title, detail } as const;
  return [{ type: "action", engine, action, phase: "completed", level: "debug" }];
}
