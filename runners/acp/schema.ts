import { decodeToolPatch } from "./decode-tool.ts";
import { fieldsAt, isFields, listAt, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { Chunk, PlanEntry, Update } from "./updates.ts";

const quietUpdates: ReadonlySet<string> = new Set(
  (
    "available_commands_update config_option_update session_info_update " +
    "compaction_update compaction_summary_chunk subagent_update"
  ).split(" "),
);

/** The params of `session/update`. An update that is not understood is `unknown`; a bad field counts as absent. */
export function decodeUpdate(params: unknown): { readonly sessionId: string | undefined; readonly update: Update } {
  const fields = isFields(params) ? params : {};
  return { sessionId: textAt(fields, "sessionId"), update: updateOf(fieldsAt(fields, "update")) };
}

function updateOf(fields: Fields): Update {
  const name = textAt(fields, "sessionUpdate") ?? "";
  switch (name) {
    case "agent_message_chunk":
    case "session_message_chunk":
      return { type: "message", ...chunkOf(fields) };
    case "agent_thought_chunk":
      return { type: "thought", ...chunkOf(fields) };
    case "user_message_chunk":
      return { type: "user_message" };
    case "tool_call":
    case "tool_call_update":
      return toolUpdate(fields, name);
    default:
      return updateOfState(fields, name);
  }
}

/** What is not said or done, but how things stand. */
function updateOfState(fields: Fields, name: string): Update {
  switch (name) {
    case "plan":
      return { type: "plan", entries: listAt(fields, "entries").flatMap(planEntry) };
    case "plan_update":
      return planUpdate(fieldsAt(fields, "plan"));
    case "current_mode_update":
      return { type: "mode", mode: textAt(fields, "currentModeId") ?? "" };
    case "usage_update":
      return { type: "usage", usage: contextUsage(fields) };
    default:
      return quietUpdates.has(name) ? { type: "quiet" } : { type: "unknown", name: `session/update ${name}` };
  }
}

function toolUpdate(fields: Fields, name: string): Update {
  const patch = decodeToolPatch(fields);
  return patch === undefined ? { type: "unknown", name: `${name} without an id` } : { type: "tool", patch };
}

function chunkOf(fields: Fields): Chunk {
  const messageId = textAt(fields, "messageId");
  // Qwen sends what a turn used along with an empty chunk (0.24).
  const usage = fieldsAt(fields, "_meta")["usage"];
  return {
    text: textOf(fields["content"]),
    ...(messageId === undefined ? {} : { messageId }),
    ...(isFields(usage) ? { usage } : {}),
  };
}

function textOf(content: unknown): string {
  if (!isFields(content)) return "";
  const type = textAt(content, "type");
  if (type === "text") return textAt(content, "text") ?? "";
  return type === "image" || type === "audio" ? `[${type}]` : "";
}

function planEntry(item: unknown): readonly PlanEntry[] {
  if (!isFields(item)) return [];
  const content = textAt(item, "content");
  return content === undefined ? [] : [{ content, status: textAt(item, "status") ?? "pending" }];
}

/** The unstable successor of `plan`; its Markdown form is a plan that was shown for approval before. */
function planUpdate(plan: Fields): Update {
  const entries = listAt(plan, "entries").flatMap(planEntry);
  return entries.length === 0 ? { type: "quiet" } : { type: "plan", entries };
}

function contextUsage(fields: Fields): Fields {
  const used = numberAt(fields, "used");
  const size = numberAt(fields, "size");
  const cost = fieldsAt(fields, "cost");
  return {
    ...(used === undefined ? {} : { context_used: used }),
    ...(size === undefined ? {} : { context_size: size }),
    ...(numberAt(cost, "amount") === undefined ? {} : { cost }),
  };
}
