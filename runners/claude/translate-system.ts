import type { ActionEvent } from "../../src/domain/event.ts";
import type { SystemLine } from "./lines.ts";
import { decodeBackground } from "./schema.ts";
import { engine, remark, startedEvent, unchanged, type RunState, type Step } from "./state.ts";
import { countUnknown } from "./unknown.ts";

type Handler = (state: RunState, line: SystemLine) => Step;

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["init", beginTurn],
  ["api_retry", sayRetry],
  ["compact_boundary", sayCompacted],
  ["informational", sayInformation],
  ["task_progress", showProgress],
  ["task_notification", sayBackgroundEnded],
  ["background_tasks_changed", replaceBackground],
]);

export function translateSystem(state: RunState, line: SystemLine): Step {
  const handler = handlers.get(line.subtype);
  return handler === undefined ? unchanged(countUnknown(state, `system/${line.subtype}`)) : handler(state, line);
}

/** `init` comes at the start of every turn, not once per process. */
function beginTurn(state: RunState, line: SystemLine): Step {
  const { result: _ended, ...rest } = state;
  const turn: RunState = { ...rest, text: "" };
  const expected = state.session ?? state.requested;
  const session = line.session_id;
  if (session === undefined) return unchanged(turn);
  if (expected !== undefined && session !== expected && !state.hasCleared)
    return unchanged(wrongSession(turn, session));
  if (state.session !== undefined) return unchanged(turn);
  const named = expected ?? session;
  return { state: { ...turn, session: named }, events: [startedEvent(named, describe(line))] };
}

function wrongSession(state: RunState, session: string): RunState {
  const expected = state.session ?? state.requested;
  const error =
    `claude went on in session ${session} instead of ${expected}, so the run was stopped. ` +
    `To continue that one, send: claude --resume ${session}`;
  return { ...state, failure: { error } };
}

function describe(line: SystemLine): { readonly title?: string; readonly meta: Readonly<Record<string, unknown>> } {
  const { cwd, permissionMode, apiKeySource, output_style: outputStyle, claude_code_version: version } = line;
  const meta = {
    cwd,
    permissionMode,
    apiKeySource,
    outputStyle,
    version,
    tools: line.tools,
    mcpServers: line.mcp_servers,
  };
  const known = Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined));
  return { ...(line.model === undefined ? {} : { title: line.model }), meta: known };
}

function sayRetry(state: RunState, line: SystemLine): Step {
  // No status means that no answer came at all.
  const cause = line.error_status === undefined ? "no connection to the API" : `API error ${line.error_status}`;
  const count =
    line.max_retries === undefined ? `${line.attempt ?? "?"}` : `${line.attempt ?? "?"} of ${line.max_retries}`;
  const delay = line.retry_delay_ms === undefined ? "" : ` in ${(line.retry_delay_ms / 1000).toFixed(1)} s`;
  const detail = { attempt: line.attempt, status: line.error_status, error: line.error };
  return remark(state, { title: `${cause}; retry ${count}${delay}`, level: "warning", detail });
}

function sayCompacted(state: RunState, { compact_metadata: metadata }: SystemLine): Step {
  const size = metadata.pre_tokens === undefined ? "" : ` (it had ${metadata.pre_tokens} tokens)`;
  return remark(state, { title: `context compacted${size}`, level: "info" });
}

function sayInformation(state: RunState, { content }: SystemLine): Step {
  return content === undefined ? unchanged(state) : remark(state, { title: content, level: "info" });
}

/** A sub-agent's step, shown on the call that started it. */
function showProgress(state: RunState, line: SystemLine): Step {
  const action = line.tool_use_id === undefined ? undefined : state.open.get(line.tool_use_id);
  if (action === undefined || line.description === undefined) return unchanged(state);
  const event: ActionEvent = { type: "action", engine, action, phase: "updated", message: line.description };
  return { state, events: [event] };
}

/** Also comes for work in the foreground, which has a tool result that says the same. */
function sayBackgroundEnded(state: RunState, line: SystemLine): Step {
  const description = line.task_id === undefined ? undefined : state.background.get(line.task_id);
  if (description === undefined || line.summary === undefined) return unchanged(state);
  const status = line.status ?? "ended";
  const title = line.summary_is_report === true ? `background work ${status}: ${description}` : line.summary;
  return remark(state, { title, ok: status === "completed" });
}

function replaceBackground(state: RunState, line: SystemLine): Step {
  return unchanged({ ...state, background: decodeBackground(line.tasks) });
}
