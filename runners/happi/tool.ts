import type { Action, ActionDetail, ActionEvent } from "../../src/domain/event.ts";
import { fieldsAt, flagAt, isFields, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { HappiBody } from "./schema.ts";
import { withActionId, type Call, type RunState, type Step } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";

type ToolCall = Extract<HappiBody, { type: "tool_call" }>;
type ToolResult = Extract<HappiBody, { type: "tool_result" }>;

/** How much of a tool's output an action keeps, in characters. */
const maxTextChars = 1_000;

/** Tools have the names their runtime gives them: these are what some call the ones that are known here. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["run_command", "bash"],
  ["run_shell_command", "bash"],
  ["execute_command", "bash"],
  ["read_file", "read"],
  ["write_file", "write"],
  ["create_file", "write"],
  ["edit_file", "edit"],
  ["list_files", "ls"],
  ["list_directory", "ls"],
]);

/** A tool call of the run's own request or of a child's. */
export function beginCall(state: RunState, request: string, { name, input, callId }: ToolCall): Step {
  const key = callKey(request, callId ?? `${state.calls.size}`);
  if (state.calls.get(key)?.isOpen === true) return unchanged(state);
  const { state: next, action } = newAction(state, request, { name, input, callId });
  const event: ActionEvent = { type: "action", engine: state.engine, action, phase: "started" };
  return { state: withCall(next, key, { action, request, isOpen: true }), events: [event] };
}

/** A result without its call is an action that is only reported as ended; a second result is passed over. */
export function endCall(state: RunState, request: string, result: ToolResult): Step {
  const key = keyOfResult(state, request, result);
  const call = state.calls.get(key);
  if (call?.isOpen === false) return unchanged(state);
  const { output, callId, name = "tool" } = result;
  const { state: next, action } = call
    ? { state, action: call.action }
    : newAction(state, request, { name, input: {}, callId });
  const ended = withOutput(action, output);
  return {
    state: withCall(next, key, { action: ended, request, isOpen: false }),
    events: [endOf(state, ended, output)],
  };
}

/** Some runtimes leave calls open. That they did is no failure, unless the run is one. */
export function closeCalls(state: RunState, hasFailed: boolean): Step {
  const open = [...state.calls].filter(([, { isOpen }]) => isOpen);
  const events = open.map(([, { action }]): ActionEvent => ({
    type: "action",
    engine: state.engine,
    action,
    phase: "completed",
    ...(hasFailed ? { ok: false } : {}),
  }));
  const closed = open.map(([key, call]) => [key, { ...call, isOpen: false }] as const);
  return { state: { ...state, calls: new Map([...state.calls, ...closed]) }, events };
}

function endOf({ engine }: RunState, action: Action, output: unknown): ActionEvent {
  const problem = problemIn(output);
  const ok = problem === undefined && (action.detail.exitCode ?? 0) === 0;
  const message = problem === undefined ? {} : { message: problem.slice(0, maxTextChars) };
  return { type: "action", engine, action, phase: "completed", ok, ...message };
}

function newAction(
  state: RunState,
  request: string,
  { name, input, callId }: Omit<ToolCall, "type">,
): { readonly state: RunState; readonly action: Action } {
  const parent = state.children.get(request)?.action.id;
  const { state: next, id } = withActionId(state, [parent, callId ?? "happi.call"].filter(Boolean).join("/"));
  const { kind, title, changes } = toolAction({ name: otherNames.get(name) ?? name, input, cwd: state.cwd });
  const detail: ActionDetail = {
    tool: name,
    // The input of a file change holds the file; its path is in `changes`.
    ...(changes === undefined ? { input } : { changes }),
    ...(parent === undefined ? {} : { parentToolUseId: parent }),
  };
  return { state: next, action: { id, kind, title: title === "" ? "tool" : title, detail } };
}

function keyOfResult({ calls }: RunState, request: string, { callId, name }: ToolResult): string {
  if (callId !== undefined) return callKey(request, callId);
  const oldest = [...calls].find(
    ([, call]) =>
      call.isOpen && call.request === request && (name === undefined || call.action.detail["tool"] === name),
  );
  return oldest?.[0] ?? callKey(request, `${calls.size}`);
}

function callKey(request: string, callId: string): string {
  return JSON.stringify([request, callId]);
}

function withCall(state: RunState, key: string, call: Call): RunState {
  return { ...state, calls: new Map(state.calls).set(key, call) };
}

function withOutput(action: Action, output: unknown): Action {
  const text = textOf(output);
  const exitCode = exitCodeIn(output);
  const detail: ActionDetail = {
    ...action.detail,
    ...(exitCode === undefined ? {} : { exitCode }),
    output: text.slice(0, maxTextChars),
    outputChars: text.length,
  };
  return { ...action, detail };
}

/** The output is any JSON. */
function textOf(output: unknown): string {
  if (output === undefined || output === null) return "";
  return typeof output === "string" ? output : JSON.stringify(output);
}

function exitCodeIn(output: unknown): number | undefined {
  const fields = fieldsOf(output);
  return numberAt(fields, "exit_code") ?? numberAt(fields, "exitCode");
}

/** What went wrong, by the signs the runtimes give: `is_error`, or an `error` with something in it. */
function problemIn(output: unknown): string | undefined {
  const fields = fieldsOf(output);
  const { error } = fields;
  if (typeof error === "string" && error !== "") return error;
  if (error === true || isFields(error)) return textAt(fieldsAt(fields, "error"), "message") ?? textOf(output);
  return flagAt(fields, "is_error") ? textOf(output) : undefined;
}

function fieldsOf(output: unknown): Fields {
  return isFields(output) ? output : {};
}
