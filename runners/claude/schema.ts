import {
  parseFields,
  fieldsAt,
  flagAt,
  isFields,
  listAt,
  numberAt,
  textAt,
  textsAt,
  type Fields,
} from "../../src/runner/fields.ts";
import type {
  AssistantLine,
  Block,
  ClaudeLine,
  ClaudeQuestion,
  ControlRequestLine,
  PermissionDenial,
  PermissionUpdate,
  RateLimitLine,
  ResultLine,
  SystemLine,
  UserLine,
} from "./lines.ts";

/** By type. `undefined`: without the fields that make it one. */
const decoders: ReadonlyMap<string, (fields: Fields) => ClaudeLine | undefined> = new Map<
  string,
  (fields: Fields) => ClaudeLine | undefined
>([
  ["system", decodeSystem],
  ["assistant", decodeAssistant],
  ["user", decodeUser],
  ["result", decodeResult],
  ["rate_limit_event", decodeRateLimit],
  ["command_lifecycle", decodeLifecycle],
  ["conversation_reset", () => ({ type: "conversation_reset" })],
  ["control_request", decodeControlRequest],
  ["control_cancel_request", decodeControlCancel],
]);

/** One line of the CLI's stdout. `undefined`: not a JSON object with a `type`. */
export function decodeLine(line: string): ClaudeLine | undefined {
  const fields = parseFields(line);
  if (fields === undefined) return undefined;
  const type = textAt(fields, "type");
  if (type === undefined) return undefined;
  return decoders.get(type)?.(fields) ?? { type: "other", name: type };
}

function decodeSystem(fields: Fields): SystemLine {
  return { type: "system", subtype: textAt(fields, "subtype") ?? "", session_id: textAt(fields, "session_id"), fields };
}

function decodeAssistant(fields: Fields): AssistantLine {
  return {
    type: "assistant",
    session_id: textAt(fields, "session_id"),
    parent_tool_use_id: textAt(fields, "parent_tool_use_id"),
    error: textAt(fields, "error"),
    blocks: decodeContent(fieldsAt(fields, "message")["content"]),
  };
}

function decodeUser(fields: Fields): UserLine {
  return {
    type: "user",
    session_id: textAt(fields, "session_id"),
    uuid: textAt(fields, "uuid"),
    blocks: decodeContent(fieldsAt(fields, "message")["content"]),
    resultType: textAt(fieldsAt(fields, "tool_use_result"), "type"),
  };
}

function decodeResult(fields: Fields): ResultLine {
  return {
    type: "result",
    subtype: textAt(fields, "subtype") ?? "",
    is_error: flagAt(fields, "is_error"),
    result: textAt(fields, "result"),
    errors: textsAt(fields, "errors"),
    permission_denials: listAt(fields, "permission_denials").flatMap(decodeDenial),
    user_message_uuids: textsAt(fields, "user_message_uuids"),
    usage: fieldsAt(fields, "usage"),
    total_cost_usd: numberAt(fields, "total_cost_usd"),
    duration_ms: numberAt(fields, "duration_ms"),
    num_turns: numberAt(fields, "num_turns"),
  };
}

function decodeDenial(item: unknown): readonly PermissionDenial[] {
  if (!isFields(item)) return [];
  const tool = textAt(item, "tool_name");
  return tool === undefined ? [] : [{ tool, toolUseId: textAt(item, "tool_use_id"), input: item["tool_input"] }];
}

function decodeRateLimit(fields: Fields): RateLimitLine {
  const info = fieldsAt(fields, "rate_limit_info");
  return {
    type: "rate_limit_event",
    status: textAt(info, "status"),
    resetsAt: numberAt(info, "resetsAt"),
    rateLimitType: textAt(info, "rateLimitType"),
  };
}

function decodeLifecycle(fields: Fields): ClaudeLine | undefined {
  const uuid = textAt(fields, "command_uuid");
  return uuid === undefined ? undefined : { type: "command_lifecycle", uuid, state: textAt(fields, "state") };
}

function decodeControlRequest(fields: Fields): ControlRequestLine | undefined {
  const requestId = textAt(fields, "request_id");
  const request = fieldsAt(fields, "request");
  if (requestId === undefined) return undefined;
  return {
    type: "control_request",
    requestId,
    subtype: textAt(request, "subtype") ?? "",
    tool: textAt(request, "tool_name") ?? "",
    input: fieldsAt(request, "input"),
    suggestions: listAt(request, "permission_suggestions").flatMap(decodeSuggestion),
  };
}

/** Suggestions of a kind that is not offered to the user are left out. */
function decodeSuggestion(item: unknown): readonly PermissionUpdate[] {
  if (!isFields(item)) return [];
  const type = item["type"];
  if (type === "addRules") return item["behavior"] === "allow" ? [{ ...item, type }] : [];
  return type === "setMode" || type === "addDirectories" ? [{ ...item, type }] : [];
}

function decodeControlCancel(fields: Fields): ClaudeLine | undefined {
  const requestId = textAt(fields, "request_id");
  return requestId === undefined ? undefined : { type: "control_cancel_request", requestId };
}

/** A message's blocks. One that is not understood is passed over alone. Content that is one string is one text block. */
export function decodeContent(content: unknown): readonly Block[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content.flatMap((item) => decodeBlock(item) ?? []) : [];
}

function decodeBlock(item: unknown): Block | undefined {
  if (!isFields(item)) return undefined;
  switch (item["type"]) {
    case "text":
      return whenText(textAt(item, "text"), (text) => ({ type: "text", text }));
    case "thinking":
      return whenText(textAt(item, "thinking"), (text) => ({ type: "thinking", text }));
    case "tool_use":
      return decodeToolUse(item);
    case "tool_result":
      return whenText(textAt(item, "tool_use_id"), (id) => ({
        type: "tool_result",
        id,
        isError: flagAt(item, "is_error"),
        content: item["content"],
      }));
    default:
      return undefined;
  }
}

function decodeToolUse(item: Fields): Block | undefined {
  const name = textAt(item, "name");
  const id = textAt(item, "id");
  return name === undefined || id === undefined
    ? undefined
    : { type: "tool_use", id, name, input: fieldsAt(item, "input") };
}

function whenText(text: string | undefined, make: (text: string) => Block): Block | undefined {
  return text === undefined ? undefined : make(text);
}

/** Background work by its id, with its description. */
export function decodeBackground(tasks: readonly unknown[]): ReadonlyMap<string, string> {
  const entries = tasks
    .filter(isFields)
    .map((task) => [textAt(task, "task_id"), textAt(task, "description") ?? ""] as const);
  return new Map(entries.filter((entry): entry is [string, string] => entry[0] !== undefined));
}

/** The questions of an `AskUserQuestion` call. */
export function decodeQuestions(input: Fields): readonly ClaudeQuestion[] {
  return listAt(input, "questions")
    .filter(isFields)
    .flatMap((item) => {
      const text = textAt(item, "question");
      if (text === undefined) return [];
      return [
        { text, multiSelect: flagAt(item, "multiSelect"), options: listAt(item, "options").flatMap(decodeOption) },
      ];
    });
}

function decodeOption(item: unknown): ClaudeQuestion["options"] {
  if (!isFields(item)) return [];
  const label = textAt(item, "label");
  const description = textAt(item, "description");
  if (label === undefined) return [];
  return [{ label, ...(description === undefined ? {} : { description }) }];
}
