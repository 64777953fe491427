import type { ActionEvent } from "../../src/domain/event.ts";
import { engine, type RunState } from "./state.ts";

/** Lines that are understood and say nothing a chat needs. Seen with 2.1.329, or named in the types of its SDK. */
const quietNames: ReadonlySet<string> = new Set(
  (
    "stream_event control_response tool_progress auth_status prompt_suggestion tool_use_summary keep_alive " +
    "system/status system/thinking_tokens system/session_title_changed system/session_state_changed " +
    "system/hook_started system/hook_response system/hook_progress system/local_command_output " +
    "system/task_started system/task_updated system/permission_denied"
  ).split(" "),
);

/** Notes a type nobody here knows. */
export function countUnknown(state: RunState, name: string): RunState {
  if (quietNames.has(name)) return state;
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
        title: `lines of an unknown type: ${named}`,
        detail: { counts },
      },
      phase: "completed",
      level: "debug",
    },
  ];
}
