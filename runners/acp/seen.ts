import { textAt, type Fields } from "../../src/runner/fields.ts";
import { approvalInput } from "./approval-input.ts";
import { describeTool } from "./describe-tool.ts";
import { answerOf } from "./speech.ts";
import type { RunState } from "./state.ts";
import { mergeTool, newTool, type Tool } from "./tool.ts";
import type { ToolPatch } from "./updates.ts";

/** What is known of a call that a permission is asked for, from the request and from what came before it. */
export interface Seen {
  readonly tool: string;
  readonly title: string;
  readonly input: Fields;
  /** The files it changes. */
  readonly paths: readonly string[];
  /** What was told of the call, else by the agent: a plan may be there. */
  readonly words: string;
}

/** The state already knows the call, unless it came without an id. */
export function seenOf(state: RunState, patch: ToolPatch): Seen {
  const tool = state.tools.get(patch.id) ?? mergeTool(newTool(patch.id), patch);
  const { title, changes = [] } = describeTool(tool, state.cwd);
  const words = toldOf(tool) || answerOf(state) || title;
  return {
    tool: tool.name ?? tool.kind,
    title,
    input: approvalInput(tool, state.cwd),
    paths: changes.map(({ path }) => path),
    words,
  };
}

/** Whether the plan that is asked about was told. */
export function isTold({ tools }: RunState, { id }: ToolPatch): boolean {
  return toldOf(tools.get(id) ?? newTool(id)) !== "";
}

function toldOf({ input, text }: Tool): string {
  return textAt(input ?? {}, "plan") ?? text;
}
