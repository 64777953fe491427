import { countUnknown as count } from "../../src/runner/unknown-types.ts";
import type { RunState } from "./state.ts";

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
  return quietNames.has(name) ? state : count(state, name);
}
