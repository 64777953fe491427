import {
  fieldsAt,
  flagAt,
  isFields,
  listAt,
  numberAt,
  parseFields,
  textAt,
  type Fields,
} from "../../src/runner/fields.ts";
import type {
  AssistantLine,
  CompactionEndLine,
  DialogLine,
  PiLine,
  ResponseLine,
  RetryLine,
  ToolEndLine,
} from "./lines.ts";

/** By type. `undefined`: without the fields that make it one. */
const decoders: ReadonlyMap<string, (fields: Fields) => PiLine | undefined> = new Map<
  string,
  (fields: Fields) => PiLine | undefined
>([
  ["session", (fields) => whenText(fields, "id", (id) => ({ type: "session", id }))],
  ["agent_start", () => ({ type: "agent", phase: "started" })],
  ["agent_end", (fields) => ({ type: "agent", phase: "ended", willRetry: saidAt(fields, "willRetry") })],
  ["agent_settled", () => ({ type: "agent", phase: "settled" })],
  ["message_end", (fields) => decodeMessage(fieldsAt(fields, "message"))],
  ["tool_execution_start", decodeToolStart],
  ["tool_execution_end", decodeToolEnd],
  ["auto_retry_start", (fields) => decodeRetry(fields, "answer")],
  ["auto_retry_end", (fields) => ({ type: "retry", phase: "completed", ok: flagAt(fields, "success") })],
  ["summarization_retry_scheduled", (fields) => decodeRetry(fields, "summary")],
  ["compaction_start", () => ({ type: "compaction", phase: "started" })],
  ["compaction_end", decodeCompactionEnd],
  ["response", decodeResponse],
  ["extension_ui_request", decodeUiRequest],
  ["extension_error", decodeExtensionError],
]);

/** Seen with 0.73.1 to 1.5.2, or named in their documentation. */
const quietTypes: ReadonlySet<string> = new Set(
  (
    "turn_start turn_end message_start message_update tool_execution_update queue_update entry_appended session_info_changed " +
    "thinking_level_changed bash_execution_update summarization_retry_attempt_start summarization_retry_finished"
  ).split(" "),
);

const dialogMethods = ["select", "confirm", "input", "editor"] as const;

/** Most lines of a run, and the longest: 0.73.1 repeats the whole message in every `message_update`. They are not even parsed. */
const skipped = /^\{"type":"(?:message_update|message_start|turn_end|tool_execution_update)"/u;

/** One line of pi's stdout. `undefined`: not a JSON object with a `type`. */
export function decodeLine(line: string): PiLine | undefined {
  if (skipped.test(line)) return { type: "quiet" };
  const fields = parseFields(line);
  const type = fields && textAt(fields, "type");
  if (fields === undefined || type === undefined) return undefined;
  if (quietTypes.has(type)) return { type: "quiet" };
  return decoders.get(type)?.(fields) ?? { type: "other", name: type };
}

/** A line too long to be kept, by its beginning. The end of a run repeats all its messages, and counts all the same. */
export function decodeHead(head: string): PiLine | undefined {
  const type = /^\{"type":"(?<type>\w+)"/u.exec(head)?.groups?.["type"];
  if (type === "agent_end") return { type: "agent", phase: "ended", willRetry: undefined };
  return type !== undefined && quietTypes.has(type) ? { type: "quiet" } : undefined;
}

/** Other roles are the user, the tools, and pi's own instructions, which are never shown. */
function decodeMessage(message: Fields): PiLine {
  return textAt(message, "role") === "assistant" ? decodeAssistant(message) : { type: "quiet" };
}

function decodeAssistant(message: Fields): AssistantLine {
  const { content } = message;
  const blocks = Array.isArray(content) ? content.filter(isFields) : [];
  const textsOf = (type: string): readonly string[] =>
    blocks.flatMap((block) => (block["type"] === type ? (textAt(block, type) ?? []) : []));
  return {
    type: "assistant",
    text: typeof content === "string" ? content : textsOf("text").join("\n\n"),
    thoughts: textsOf("thinking"),
    stopReason: textAt(message, "stopReason"),
    errorMessage: textAt(message, "errorMessage"),
    usage: fieldsAt(message, "usage"),
  };
}

function decodeToolStart(fields: Fields): PiLine | undefined {
  const name = textAt(fields, "toolName") ?? "tool";
  return whenText(fields, "toolCallId", (id) => ({
    type: "tool",
    phase: "started",
    id,
    name,
    input: fieldsAt(fields, "args"),
  }));
}

function decodeToolEnd(fields: Fields): ToolEndLine | undefined {
  const id = textAt(fields, "toolCallId");
  if (id === undefined) return undefined;
  const result = fieldsAt(fields, "result");
  const texts = listAt(result, "content").flatMap((block) => (isFields(block) ? (textAt(block, "text") ?? []) : []));
  return {
    type: "tool",
    phase: "completed",
    id,
    name: textAt(fields, "toolName") ?? "tool",
    isError: flagAt(fields, "isError"),
    output: texts.join("\n"),
    exitCode: numberAt(fieldsAt(result, "structuredContent"), "exit_code"),
  };
}

function decodeRetry(fields: Fields, of: RetryLine["of"]): RetryLine {
  return {
    type: "retry",
    phase: "started",
    of,
    attempt: numberAt(fields, "attempt"),
    most: numberAt(fields, "maxAttempts"),
    delayMs: numberAt(fields, "delayMs"),
    error: textAt(fields, "errorMessage"),
  };
}

function decodeCompactionEnd(fields: Fields): CompactionEndLine {
  return {
    type: "compaction",
    phase: "completed",
    isAborted: flagAt(fields, "aborted"),
    willRetry: flagAt(fields, "willRetry"),
    error: textAt(fields, "errorMessage"),
    tokensBefore: numberAt(fieldsAt(fields, "result"), "tokensBefore"),
  };
}

function decodeResponse(fields: Fields): ResponseLine {
  return {
    type: "response",
    id: textAt(fields, "id") ?? "",
    command: textAt(fields, "command") ?? "",
    ok: flagAt(fields, "success"),
    error: textAt(fields, "error"),
    data: fieldsAt(fields, "data"),
  };
}

/** Dialogs wait for an answer; `notify` is worth a line; the rest decorates a terminal. */
function decodeUiRequest(fields: Fields): PiLine | undefined {
  const method = textAt(fields, "method");
  if (method === "notify") return decodeNotice(fields);
  const dialog = dialogMethods.find((known) => known === method);
  return dialog === undefined ? { type: "quiet" } : decodeDialog(fields, dialog);
}

function decodeNotice(fields: Fields): PiLine | undefined {
  const type = textAt(fields, "notifyType");
  const level = type === "warning" || type === "error" ? type : "info";
  return whenText(fields, "message", (text) => ({ type: "notice", text, level }));
}

function decodeDialog(fields: Fields, method: DialogLine["method"]): PiLine | undefined {
  return whenText(fields, "id", (id) => ({
    type: "dialog",
    id,
    method,
    title: textAt(fields, "title") ?? "",
    text: textAt(fields, "message") ?? textAt(fields, "placeholder") ?? textAt(fields, "prefill") ?? "",
    options: listAt(fields, "options").filter((option) => typeof option === "string"),
    timeoutMs: numberAt(fields, "timeout"),
  }));
}

function decodeExtensionError(fields: Fields): PiLine {
  const path = textAt(fields, "extensionPath") ?? "an extension";
  return { type: "notice", text: `${path} failed: ${textAt(fields, "error") ?? "no reason given"}`, level: "error" };
}

function whenText(fields: Fields, key: string, make: (text: string) => PiLine): PiLine | undefined {
  const text = textAt(fields, key);
  return text === undefined ? undefined : make(text);
}

/** Whether it says yes or no; `undefined` when it says nothing. */
function saidAt(fields: Fields, key: string): boolean | undefined {
  const value = fields[key];
  return typeof value === "boolean" ? value : undefined;
}
