import type { Action, ActionDetail, ActionEvent } from "../../src/domain/event.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { WorkerEvent } from "./messages.ts";
import type { RunState, Step } from "./state.ts";

type ToolStart = Extract<WorkerEvent, { type: "tool_start" }>;
type ToolEnd = Extract<WorkerEvent, { type: "tool_end" }>;

/** Heddle's names of tools that are known under others. */
const commonNames: ReadonlyMap<string, string> = new Map([
  ["read_file", "read"],
  ["write_file", "write"],
  ["edit_file", "edit"],
  ["ask_user", "askuserquestion"],
]);

export function beginTool(state: RunState, { name, args }: ToolStart): Step {
  const commonName = commonNames.get(name) ?? name;
  const { kind, title: told, changes } = toolAction({ name: commonName, input: args, cwd: state.cwd });
  // Where nothing is known but the name, it is Heddle's own.
  const title = told === commonName ? name : told;
  // The arguments of a file change hold the file; its path is in `changes`.
  const detail: ActionDetail = { tool: name, ...(changes === undefined ? { input: args } : { changes }) };
  const action: Action = { id: toolId(state), kind, title, detail };
  const begun = { ...state, tools: state.tools + 1, open: [...state.open, { name, action }] };
  return { state: begun, events: [{ type: "action", engine: state.engine, action, phase: "started" }] };
}

/** Calls have no ids: an end belongs to the oldest open call of its name. */
export function endTool(state: RunState, { name, preview }: ToolEnd): Step {
  const index = state.open.findIndex((call) => call.name === name);
  const begun = state.open[index]?.action;
  const action: Action = begun ?? { id: toolId(state), kind: "tool", title: name, detail: { tool: name } };
  const exitCode = action.kind === "command" ? exitCodeOf(preview) : undefined;
  const event: ActionEvent = {
    type: "action",
    engine: state.engine,
    action: {
      ...action,
      detail: { ...action.detail, ...(exitCode === undefined ? {} : { exitCode }), output: preview },
    },
    phase: "completed",
    ok: exitCode === undefined ? !preview.startsWith("Error:") : exitCode === 0,
  };
  const open = state.open.filter((_, at) => at !== index);
  const tools = begun === undefined ? state.tools + 1 : state.tools;
  return { state: { ...state, open, tools, text: "" }, events: [event] };
}

/** Calls that the end of the run found open. */
export function abandonTools({ engine, open }: RunState): readonly ActionEvent[] {
  return open.map(({ action }) => ({ type: "action", engine, action, phase: "completed", ok: false }));
}

function toolId({ sendId, tools }: RunState): string {
  return `${sendId}:${tools + 1}`;
}

/** Heddle ends the output of a command that failed with it; the output is cut at 500 characters, and it may be lost. */
function exitCodeOf(preview: string): number | undefined {
  const said = /(?:^|\n)Exit code: (?<code>-?\d+)\s*$/u.exec(preview)?.groups?.["code"];
  return said === undefined ? undefined : Number(said);
}
