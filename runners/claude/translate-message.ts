import type { Action, ActionDetail, ActionEvent } from "../../src/domain/event.ts";
import { toolAction } from "../../src/runner/tool-action.ts";
import type { AssistantLine, Block, ToolResultBlock, ToolUseBlock, UserLine } from "./lines.ts";
import { decodeContent } from "./schema.ts";
import { engine, reopen, startedEvent, takeLine, type RunState, type Step } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";

/** How much of a thought or of a tool's output an action keeps, in characters: enough to show, too little to fill memory. */
const maxTextChars = 1_000;

/** The model's words and tool calls. Text between tools is no action: the last of it is the answer. */
export function translateAssistant(state: RunState, line: AssistantLine): Step {
  const begun = ensureStarted(state, line);
  const isMain = line.parent_tool_use_id === undefined;
  // A sub-agent in the background speaks between the turns, too.
  const turn = isMain ? reopen(begun.state) : begun.state;
  return line.blocks.reduce<Step>(
    (step, block) => {
      const next = assistantBlock(step.state, { line, block, isMain });
      return { state: next.state, events: [...step.events, ...next.events] };
    },
    { state: turn, events: begun.events },
  );
}

/** Tool results, and what the user sent, repeated when the model gets it. Other user lines are the CLI talking to the model. */
export function translateUser(state: RunState, line: UserLine): Step {
  const begun = ensureStarted(line.uuid === undefined ? state : takeLine(state, line.uuid), line);
  return line.blocks.reduce<Step>((step, block) => {
    if (block.type !== "tool_result") return step;
    const next = endTool(step.state, block, line);
    return { state: next.state, events: [...step.events, ...next.events] };
  }, begun);
}

/** `init` names the session; should a CLI leave it out, the first message does. */
function ensureStarted(state: RunState, line: { readonly session_id: string | undefined }): Step {
  if (state.session !== undefined || line.session_id === undefined || state.failure !== undefined)
    return unchanged(state);
  const session = state.requested ?? line.session_id;
  return { state: { ...state, session }, events: [startedEvent(session)] };
}

interface AssistantBlock {
  readonly line: AssistantLine;
  readonly block: Block;
  readonly isMain: boolean;
}

function assistantBlock(state: RunState, { line, block, isMain }: AssistantBlock): Step {
  switch (block.type) {
    case "text":
      // A message with `error` is the CLI's text for an API error: it is the run's error, not its answer.
      return isMain && line.error === undefined
        ? unchanged({ ...state, text: block.text || state.text })
        : unchanged(state);
    case "thinking":
      return isMain ? thought(state, block.text) : unchanged(state);
    case "tool_use":
      return beginTool(state, block, line);
    case "tool_result":
      return unchanged(state);
  }
}

function thought(state: RunState, thinking: string): Step {
  if (thinking.trim() === "") return unchanged(state);
  const notes = state.notes + 1;
  const action: Action = {
    id: `${engine}.thinking.${notes}`,
    kind: "note",
    title: thinking.slice(0, maxTextChars),
    detail: {},
  };
  return { state: { ...state, notes }, events: [{ type: "action", engine, action, phase: "completed" }] };
}

function beginTool(state: RunState, block: ToolUseBlock, line: AssistantLine): Step {
  const { kind, title, changes } = toolAction({ name: block.name, input: block.input, cwd: state.cwd });
  const parent = line.parent_tool_use_id;
  const detail: ActionDetail = {
    tool: block.name,
    // The input of a file change holds the file; its path is in `changes`.
    ...(changes === undefined ? { input: block.input } : { changes }),
    ...(parent === undefined ? {} : { parentToolUseId: parent }),
  };
  const action: Action = { id: block.id, kind, title, detail };
  const open = new Map(state.open).set(block.id, action);
  return { state: { ...state, open }, events: [{ type: "action", engine, action, phase: "started" }] };
}

function endTool(state: RunState, block: ToolResultBlock, line: UserLine): Step {
  const begun = state.open.get(block.id) ?? strayTool(block.id);
  const ok = !block.isError;
  const output = outputOf(block);
  const exitCode = ok || begun.kind !== "command" ? undefined : exitCodeOf(output);
  const detail: ActionDetail = {
    ...begun.detail,
    ...withFileKinds(begun, line, output),
    ...(exitCode === undefined ? {} : { exitCode }),
    output: output.slice(0, maxTextChars),
    outputChars: output.length,
  };
  const open = new Map(state.open);
  open.delete(block.id);
  const event: ActionEvent = { type: "action", engine, action: { ...begun, detail }, phase: "completed", ok };
  return { state: { ...state, open }, events: [event] };
}

function strayTool(id: string): Action {
  return { id, kind: "tool", title: "tool result", detail: {} };
}

/** Write tells only in its result whether the file was new; 2.0 and older in words alone. */
function withFileKinds(begun: Action, line: UserLine, output: string): Pick<ActionDetail, "changes"> {
  const { changes } = begun.detail;
  const isNew = line.resultType === "create" || output.startsWith("File created successfully");
  return changes === undefined || !isNew ? {} : { changes: changes.map((change) => ({ ...change, kind: "add" })) };
}

function outputOf(block: ToolResultBlock): string {
  const texts = decodeContent(block.content).map((part) => (part.type === "text" ? part.text : ""));
  return texts.filter((part) => part !== "").join("\n");
}

/** A failed Bash call begins with `Exit code 3`. */
function exitCodeOf(output: string): number | undefined {
  const code = /^Exit code (\d+)/u.exec(output)?.[1];
  return code === undefined ? undefined : Number(code);
}
