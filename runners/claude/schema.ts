import { z } from "zod";
import type { Block, ClaudeLine, ClaudeQuestion, PermissionSuggestion } from "./lines.ts";

/** A field of the wrong type counts as absent: a newer CLI must not cost us the rest of its line. */
const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const list = z.array(z.unknown()).catch([]);
const strings = list.transform((items) => items.filter((item) => typeof item === "string"));
const record = z.record(z.string(), z.unknown()).catch({});

/** Messages whose content is one string are read as one text block. */
const content = z.preprocess((value) => (typeof value === "string" ? [{ type: "text", text: value }] : value), list);
const message = z.object({ content }).catch({ content: [] });

const system = z.object({
  type: z.literal("system"),
  subtype: z.string().catch(""),
  session_id: text,
  model: text,
  cwd: text,
  permissionMode: text,
  apiKeySource: text,
  claude_code_version: text,
  output_style: text,
  tools: strings,
  mcp_servers: list,
  attempt: number,
  max_retries: number,
  retry_delay_ms: number,
  error_status: number,
  error: text,
  task_id: text,
  tool_use_id: text,
  description: text,
  status: text,
  summary: text,
  summary_is_report: flag,
  tasks: list,
  content: text,
  compact_metadata: z.object({ pre_tokens: number }).catch({}),
});

const assistant = z.object({
  type: z.literal("assistant"),
  session_id: text,
  parent_tool_use_id: text,
  error: text,
  message,
});

const user = z.object({
  type: z.literal("user"),
  session_id: text,
  message,
  tool_use_result: z.object({ type: text }).optional().catch(undefined),
});

const denial = z.object({ tool_name: z.string(), tool_use_id: text, tool_input: z.unknown() });

const result = z.object({
  type: z.literal("result"),
  subtype: z.string().catch(""),
  is_error: z.boolean().catch(false),
  session_id: text,
  result: text,
  errors: strings,
  permission_denials: list.transform((items) => each(denial, items)),
  user_message_uuids: strings,
  usage: record,
  total_cost_usd: number,
  duration_ms: number,
  num_turns: number,
});

const rateLimit = z.object({
  type: z.literal("rate_limit_event"),
  rate_limit_info: z.object({ status: text, resetsAt: number, rateLimitType: text }).catch({}),
});

const controlRequest = z.object({
  type: z.literal("control_request"),
  request_id: z.string(),
  request: z.object({
    subtype: z.string().catch(""),
    tool_name: z.string().catch(""),
    input: record,
    permission_suggestions: list,
  }),
});

const known = z.discriminatedUnion("type", [
  system,
  assistant,
  user,
  result,
  rateLimit,
  z.object({ type: z.literal("command_lifecycle"), command_uuid: z.string(), state: text }),
  z.object({ type: z.literal("conversation_reset") }),
  controlRequest,
  z.object({ type: z.literal("control_cancel_request"), request_id: z.string() }),
]);

const other = z.object({ type: z.string(), subtype: text });

/** One line of the CLI's stdout. `undefined`: not a JSON object with a `type`. */
export function decodeLine(line: string): ClaudeLine | undefined {
  const value = parseJson(line);
  const decoded = known.safeParse(value);
  if (decoded.success) return decoded.data;
  const unknown = other.safeParse(value);
  if (!unknown.success) return undefined;
  const { type, subtype } = unknown.data;
  return { type: "other", name: subtype === undefined ? type : `${type}/${subtype}` };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("thinking"), thinking: z.string() }),
  z.object({ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: record }),
  z.object({
    type: z.literal("tool_result"),
    tool_use_id: z.string(),
    is_error: flag,
    content,
  }),
]);

/** The blocks understood here; the others are passed over one by one. */
export function decodeBlocks(blocks: readonly unknown[]): readonly Block[] {
  return each(block, blocks);
}

const backgroundTask = z.object({ task_id: z.string(), description: z.string().catch("") });

/** Background work by its id, with its description. */
export function decodeBackground(tasks: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(each(backgroundTask, tasks).map((task) => [task.task_id, task.description]));
}

const suggestion = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("addRules"), behavior: z.literal("allow") }),
  z.looseObject({ type: z.literal("setMode") }),
]);

/** The suggestions of a kind that may be offered to the user. */
export function decodeSuggestions(suggestions: readonly unknown[]): readonly PermissionSuggestion[] {
  return each(suggestion, suggestions);
}

const option = z.object({ label: z.string(), description: text });
const question = z.object({
  question: z.string(),
  multiSelect: z.boolean().catch(false),
  options: list.transform((items) => each(option, items)),
});

/** The questions of an `AskUserQuestion` call. */
export function decodeQuestions(input: Readonly<Record<string, unknown>>): readonly ClaudeQuestion[] {
  return each(question, list.parse(input["questions"]));
}

function each<T>(schema: z.ZodType<T>, items: readonly unknown[]): readonly T[] {
  return items.flatMap((item) => {
    const decoded = schema.safeParse(item);
    return decoded.success ? [decoded.data] : [];
  });
}
