import type { Action, ActionDetail, ActionEvent } from "../../src/domain/event.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { ToolEndLine, ToolStartLine } from "./lines.ts";
import { engine, type RunState, type Step } from "./state.ts";

/** How much of a tool's output an action keeps, in characters. */
const maxOutputChars = 1_000;

export function translateTool(state: RunState, line: ToolStartLine | ToolEndLine): Step {
  return line.phase === "started" ? beginTool(state, line) : endTool(state, line);
}

function beginTool(state: RunState, { id, name, input }: ToolStartLine): Step {
  const { kind, title, changes } = toolAction({ name, input, cwd: state.cwd });
  // The input of a file change holds the file; its path is in `changes`.
  const detail: ActionDetail = { tool: name, ...(changes === undefined ? { input } : { changes }) };
  const action: Action = { id, kind, title, detail };
  const open = new Map(state.open).set(id, action);
  return { state: { ...state, open }, events: [{ type: "action", engine, action, phase: "started" }] };
}

function endTool(state: RunState, line: ToolEndLine): Step {
  const begun = state.open.get(line.id) ?? strayTool(line);
  const exitCode = begun.kind === "command" ? exitCodeOf(line) : undefined;
  const detail: ActionDetail = {
    ...begun.detail,
    ...(exitCode === undefined ? {} : { exitCode }),
    output: line.output.slice(0, maxOutputChars),
    outputChars: line.output.length,
  };
  const open = new Map(state.open);
  open.delete(line.id);
  const action: Action = { ...begun, detail };
  const event: ActionEvent = { type: "action", engine, action, phase: "completed", ok: !line.isError };
  return { state: { ...state, open }, events: [event] };
}

function strayTool({ id, name }: ToolEndLine): Action {
  return { id, kind: "tool", title: name, detail: { tool: name } };
}

/** 0.73.1 says it in the last line of a failed command's output, and nothing of a successful one. */
function exitCodeOf({ exitCode, output, isError }: ToolEndLine): number | undefined {
  if (exitCode !== undefined || !isError) return exitCode;
  const said = /Command exited with code (?<code>\d+)\s*$/u.exec(output)?.groups?.["code"];
  return said === undefined ? undefined : Number(said);
}
