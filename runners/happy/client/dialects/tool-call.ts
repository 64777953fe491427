import { fieldsAt, flagAt, textAt, type Fields } from "../../../../src/runner/fields.ts";
import type { TurnEvent } from "../turn-event.ts";

/** A tool call as the older dialects for Codex and ACP word it. */
export function toolStart(data: Fields): TurnEvent {
  const name = textAt(data, "name") ?? "tool";
  return { type: "tool_start", call: textAt(data, "callId") ?? name, name, input: fieldsAt(data, "input") };
}

export function toolEnd(data: Fields): TurnEvent {
  const { output } = data;
  const text = typeof output === "string" ? output : JSON.stringify(output ?? "");
  return {
    type: "tool_end",
    call: textAt(data, "callId") ?? "",
    ...(output !== undefined && output !== null && { output: text }),
    ...(flagAt(data, "isError") && { isError: true }),
  };
}
