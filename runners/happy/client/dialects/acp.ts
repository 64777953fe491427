import { textAt, type Fields } from "../../../../src/runner/fields.ts";
import type { TurnEvent } from "../turn-event.ts";
import { toolEnd, toolStart } from "./tool-call.ts";

/** What older CLIs send for Gemini and other agents of the Agent Client Protocol. */
export function decodeAcp(data: Fields): readonly TurnEvent[] {
  const type = textAt(data, "type") ?? "acp";
  return [decoders.get(type)?.(data) ?? { type: "unknown", name: `acp/${type}` }];
}

const decoders: ReadonlyMap<string, (data: Fields) => TurnEvent> = new Map<string, (data: Fields) => TurnEvent>([
  ["message", (data) => ({ type: "text", text: textAt(data, "message") ?? "", isThought: false })],
  ["reasoning", thought],
  ["thinking", thought],
  ["tool-call", toolStart],
  ["tool-result", toolEnd],
  ["file-edit", (data) => ({ type: "file", name: textAt(data, "filePath") ?? textAt(data, "path") ?? "file" })],
  ["task_started", (data) => ({ type: "turn_start", ...turnOf(data) })],
  ["task_complete", (data) => ({ type: "turn_end", status: "completed", ...turnOf(data) })],
  ["turn_aborted", (data) => ({ type: "turn_end", status: "cancelled", ...turnOf(data) })],
  ["token_count", (usage) => ({ type: "usage", usage })],
  // What a command prints is in its result, too; the request is in the session's state.
  ["terminal-output", () => ({ type: "quiet" })],
  ["permission-request", () => ({ type: "quiet" })],
]);

function thought(data: Fields): TurnEvent {
  return { type: "text", text: textAt(data, "message") ?? textAt(data, "text") ?? "", isThought: true };
}

function turnOf(data: Fields): { turn?: string } {
  const turn = textAt(data, "id");
  return turn === undefined ? {} : { turn };
}
