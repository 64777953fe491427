import type { ActionEvent } from "../../src/domain/event.ts";
import { engine, type RunState } from "./state.ts";

/** Notes a type nobody here knows. */
export function countUnknown(state: RunState, name: string): RunState {
  return { ...state, unknown: new Map(state.unknown).set(name, (state.unknown.get(name) ?? 0) + 1) };
}

/** One hidden action for all of them, at the end of the run. */
export function unknownLines(state: RunState): readonly ActionEvent[] {
  if (state.unknown.size === 0) return [];
  const counts = Object.fromEntries(state.unknown);
  const named = [...state.unknown].map(([name, count]) => `${name} ×${count}`).join(", ");
  return [
    {
      type: "action",
      engine,
      action: {
        id: `${engine}.unknown`,
        kind: "telemetry",
        title: `messages of an unknown type: ${named}`,
        detail: { counts },
      },
      phase: "completed",
      level: "debug",
    },
  ];
}
