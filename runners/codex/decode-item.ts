import type { FileChange } from "../../src/domain/event.ts";
import { fieldsAt, flagAt, isFields, listAt, numberAt, textAt, textsAt, type Fields } from "../../src/runner/fields.ts";
import type { CodexItem, FileChangeItem, TodoItem, ToolItem } from "./messages.ts";

type Decoder = (fields: Fields, id: string) => CodexItem;

/** By type in camel case. */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["agentMessage", message],
  ["plan", (fields, id) => ({ type: "plan", id, text: (textAt(fields, "text") ?? "").trim() })],
  ["reasoning", reasoning],
  ["commandExecution", command],
  ["fileChange", fileChange],
  ["mcpToolCall", mcpTool],
  ["dynamicToolCall", (fields, id) => tool(fields, id, textAt(fields, "tool") ?? "tool")],
  ["functionCallOutput", (fields, id) => tool(fields, id, textAt(fields, "name") ?? "tool")],
  ["imageView", (fields, id) => tool(fields, id, `view: \`${textAt(fields, "path") ?? "image"}\``)],
  ["imageGeneration", (fields, id) => tool(fields, id, "generate an image")],
  ["sleep", (fields, id) => tool(fields, id, "wait")],
  ["webSearch", (fields, id) => ({ type: "web_search", id, query: textAt(fields, "query") ?? "" })],
  ["todoList", todoList],
  ["collabToolCall", subagent],
  ["collabAgentToolCall", subagent],
  ["contextCompaction", (_, id) => ({ type: "compaction", id })],
  ["error", (fields, id) => ({ type: "warning", id, text: textAt(fields, "message") ?? "warning" })],
  ["userMessage", () => ({ type: "prompt" })],
  // What these are about is said by other items.
  ["hookPrompt", () => ({ type: "quiet" })],
  ["subAgentActivity", () => ({ type: "quiet" })],
  ["enteredReviewMode", () => ({ type: "quiet" })],
  ["exitedReviewMode", () => ({ type: "quiet" })],
]);

/**
 * An item of either way of talking: the app-server writes names in camel case, `exec --json` in snake case, and otherwise they are
 * the same. `undefined`: of a type not known here.
 */
export function decodeItem(item: Fields): CodexItem | undefined {
  const fields = Object.fromEntries(Object.entries(item).map(([key, value]) => [camelCase(key), value]));
  const type = camelCase(textAt(fields, "type") ?? "");
  return decoders.get(type)?.(fields, textAt(fields, "id") || type);
}

/** The steps of the app-server's `turn/plan/updated`. */
export function decodePlan(params: Fields, id: string): TodoItem {
  const steps = listAt(params, "plan").filter(isFields);
  return { type: "todo", id, steps: steps.map((step) => todo(textAt(step, "step"), step["status"] === "completed")) };
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());
}

function message(fields: Fields, id: string): CodexItem {
  return { type: "message", id, text: textAt(fields, "text") ?? "", phase: textAt(fields, "phase") };
}

/** The app-server has a list of summaries, and the raw thoughts only where the user's config asks for them. */
function reasoning(fields: Fields, id: string): CodexItem {
  const parts = [textsAt(fields, "summary"), textsAt(fields, "content")].find((texts) => texts.length > 0) ?? [];
  return { type: "reasoning", id, text: textAt(fields, "text") ?? parts.join("\n\n") };
}

function command(fields: Fields, id: string): CodexItem {
  return {
    type: "command",
    id,
    command: textAt(fields, "command") ?? "",
    output: textAt(fields, "aggregatedOutput") ?? "",
    exitCode: numberAt(fields, "exitCode"),
    status: textAt(fields, "status"),
  };
}

function fileChange(fields: Fields, id: string): FileChangeItem {
  const patch = listAt(fields, "changes").filter(isFields);
  return { type: "file_change", id, changes: patch.flatMap(decodeChange), patch, status: textAt(fields, "status") };
}

function decodeChange(change: Fields): readonly FileChange[] {
  const path = textAt(change, "path");
  const kind = textAt(change, "kind") ?? textAt(fieldsAt(change, "kind"), "type");
  return path === undefined ? [] : [{ path, kind: kind === "add" || kind === "delete" ? kind : "update" }];
}

function mcpTool(fields: Fields, id: string): CodexItem {
  return tool(fields, id, [textAt(fields, "server"), textAt(fields, "tool")].filter(Boolean).join("."));
}

function tool(fields: Fields, id: string, title: string): ToolItem {
  const content = [...listAt(fieldsAt(fields, "result"), "content"), ...listAt(fields, "contentItems")];
  return {
    type: "tool",
    id,
    title,
    input: fields["arguments"],
    output: content.flatMap((part) => (isFields(part) ? (textAt(part, "text") ?? []) : [])).join("\n"),
    error: textAt(fieldsAt(fields, "error"), "message"),
    // Those without a status are reported when they are done.
    status: textAt(fields, "status") ?? "completed",
  };
}

function todoList(fields: Fields, id: string): CodexItem {
  const items = listAt(fields, "items").filter(isFields);
  return { type: "todo", id, steps: items.map((item) => todo(textAt(item, "text"), flagAt(item, "completed"))) };
}

function todo(text: string | undefined, isDone: boolean): TodoItem["steps"][number] {
  return { text: text ?? "", isDone };
}

function subagent(fields: Fields, id: string): CodexItem {
  return {
    type: "subagent",
    id,
    tool: textAt(fields, "tool") ?? "",
    prompt: textAt(fields, "prompt") ?? "",
    status: textAt(fields, "status"),
  };
}
