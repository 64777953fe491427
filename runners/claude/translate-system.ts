import type { ActionEvent } from "../../src/domain/event.ts";
import { fieldsAt, flagAt, listAt, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { SystemLine } from "./lines.ts";
import { decodeBackground } from "./schema.ts";
import { engine, reopen, startedEvent, type RunState, type Step } from "./state.ts";
import { remark, unchanged } from "../../src/runner/step.ts";
import { countUnknown } from "./unknown.ts";

type Handler = (state: RunState, fields: Fields) => Step;

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["init", beginTurn],
  ["api_retry", sayRetry],
  ["compact_boundary", sayCompacted],
  ["informational", sayInformation],
  ["task_progress", showProgress],
  ["task_notification", sayBackgroundEnded],
  ["background_tasks_changed", replaceBackground],
]);

export function translateSystem(state: RunState, { subtype, fields }: SystemLine): Step {
  const handler = handlers.get(subtype);
  return handler === undefined ? unchanged(countUnknown(state, `system/${subtype}`)) : handler(state, fields);
}

/** `init` comes at the start of every turn, not once per process. */
function beginTurn(state: RunState, fields: Fields): Step {
  const turn = reopen(state);
  const expected = state.session ?? state.requested;
  const session = textAt(fields, "session_id");
  if (session === undefined) return unchanged(turn);
  if (expected !== undefined && session !== expected && !state.hasCleared)
    return unchanged(wrongSession(turn, session));
  if (state.session !== undefined) return unchanged(turn);
  const named = expected ?? session;
  return { state: { ...turn, session: named }, events: [startedEvent(named, describe(fields))] };
}

function wrongSession(state: RunState, session: string): RunState {
  const expected = state.session ?? state.requested;
  const error =
    `claude went on in session ${session} instead of ${expected}, so the run was stopped. ` +
    `To continue that one, send: claude --resume ${session}`;
  return { ...state, failure: { error } };
}

function describe(fields: Fields): { readonly title?: string; readonly meta: Fields } {
  const meta = {
    cwd: fields["cwd"],
    permissionMode: fields["permissionMode"],
    apiKeySource: fields["apiKeySource"],
    outputStyle: fields["output_style"],
    version: fields["claude_code_version"],
    tools: fields["tools"],
    mcpServers: fields["mcp_servers"],
  };
  const known = Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined));
  const model = textAt(fields, "model");
  return { ...(model === undefined ? {} : { title: model }), meta: known };
}

function sayRetry(state: RunState, fields: Fields): Step {
  const attempt = numberAt(fields, "attempt");
  const most = numberAt(fields, "max_retries");
  const delayMs = numberAt(fields, "retry_delay_ms");
  const status = numberAt(fields, "error_status");
  // No status means that no answer came at all.
  const cause = status === undefined ? "no connection to the API" : `API error ${status}`;
  const count = most === undefined ? `${attempt ?? "?"}` : `${attempt ?? "?"} of ${most}`;
  const delay = delayMs === undefined ? "" : ` in ${(delayMs / 1000).toFixed(1)} s`;
  const detail = { attempt, status, error: textAt(fields, "error") };
  return remark(state, { title: `${cause}; retry ${count}${delay}`, level: "warning", detail });
}

function sayCompacted(state: RunState, fields: Fields): Step {
  const tokens = numberAt(fieldsAt(fields, "compact_metadata"), "pre_tokens");
  return remark(state, {
    title: `context compacted${tokens === undefined ? "" : ` (it had ${tokens} tokens)`}`,
    level: "info",
  });
}

function sayInformation(state: RunState, fields: Fields): Step {
  const content = textAt(fields, "content");
  return content === undefined ? unchanged(state) : remark(state, { title: content, level: "info" });
}

/** A sub-agent's step, shown on the call that started it. */
function showProgress(state: RunState, fields: Fields): Step {
  const action = state.open.get(textAt(fields, "tool_use_id") ?? "");
  const message = textAt(fields, "description");
  if (action === undefined || message === undefined) return unchanged(state);
  const event: ActionEvent = { type: "action", engine, action, phase: "updated", message };
  return { state, events: [event] };
}

/** Also comes for work in the foreground, which has a tool result that says the same. */
function sayBackgroundEnded(state: RunState, fields: Fields): Step {
  const description = state.background.get(textAt(fields, "task_id") ?? "");
  const summary = textAt(fields, "summary");
  if (description === undefined || summary === undefined) return unchanged(state);
  const status = textAt(fields, "status") ?? "ended";
  // The summary of a sub-agent is its whole report, which the model gets.
  const title = flagAt(fields, "summary_is_report") ? `background work ${status}: ${description}` : summary;
  return remark(state, { title, ok: status === "completed" });
}

function replaceBackground(state: RunState, fields: Fields): Step {
  return unchanged({ ...state, background: decodeBackground(listAt(fields, "tasks")) });
}
