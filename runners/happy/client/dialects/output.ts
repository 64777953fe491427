import { fieldsAt, flagAt, isFields, listAt, textAt, type Fields } from "../../../../src/runner/fields.ts";
import type { Place, TurnEvent } from "../turn-event.ts";

/** Lines of Claude Code's own log, as CLI 0.x sends them. */
export function decodeOutput(line: Fields): readonly TurnEvent[] {
  const type = textAt(line, "type") ?? "output";
  switch (type) {
    case "assistant":
      return decodeAssistant(line);
    case "user":
      return decodeUser(line);
    case "summary":
    case "system":
    case "result":
      return [{ type: "quiet" }];
    default:
      return [{ type: "unknown", name: `output/${type}` }];
  }
}

function decodeAssistant(line: Fields): readonly TurnEvent[] {
  const message = fieldsAt(line, "message");
  const place = placeOf(line);
  const events = listAt(message, "content")
    .filter(isFields)
    .map((block) => decodeBlock(block, place));
  const { usage } = message;
  return orQuiet(isFields(usage) ? [...events, { type: "usage", usage }] : events);
}

function decodeBlock(block: Fields, place: Place): TurnEvent {
  const type = textAt(block, "type") ?? "block";
  switch (type) {
    case "text":
      return { type: "text", text: textAt(block, "text") ?? "", isThought: false, ...place };
    case "thinking":
      return { type: "text", text: textAt(block, "thinking") ?? "", isThought: true, ...place };
    case "tool_use": {
      const name = textAt(block, "name") ?? "tool";
      return { type: "tool_start", call: textAt(block, "id") ?? name, name, input: fieldsAt(block, "input"), ...place };
    }
    default:
      return { type: "unknown", name: `output/${type}` };
  }
}

/** The words of a user are prompts that were sent otherwise, or that the program put in the model's mouth. */
function decodeUser(line: Fields): readonly TurnEvent[] {
  const place = placeOf(line);
  const results = listAt(fieldsAt(line, "message"), "content").filter(isFields);
  return orQuiet(results.filter((block) => block["type"] === "tool_result").map((block) => toolEnd(block, place)));
}

function toolEnd(block: Fields, place: Place): TurnEvent {
  const output = resultText(block["content"]);
  return {
    type: "tool_end",
    call: textAt(block, "tool_use_id") ?? "",
    isError: flagAt(block, "is_error"),
    ...(output !== "" && { output }),
    ...place,
  };
}

function resultText(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = Array.isArray(content) ? content.filter(isFields) : [];
  return parts.flatMap((part) => textAt(part, "text") ?? []).join("\n");
}

function placeOf(line: Fields): Place {
  const subagent = textAt(line, "parent_tool_use_id") ?? textAt(line, "parentToolUseId");
  return subagent === undefined ? {} : { subagent };
}

function orQuiet(events: readonly TurnEvent[]): readonly TurnEvent[] {
  return events.length === 0 ? [{ type: "quiet" }] : events;
}
