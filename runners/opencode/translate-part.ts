import type { Action, ActionDetail, ActionEvent } from "../../src/domain/event.ts";
import type { PartEvent, ReasoningPart, StepFinishPart, TextPart, ToolPart } from "./events.ts";
import { isFields, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import { engine, type RunState, type Step, type Usage } from "./state.ts";
import { remark, unchanged } from "../../src/runner/step.ts";
import { shownTool } from "./tool.ts";

/** How much of a thought or of a tool's output an action keeps, in characters: enough to show, too little to fill memory. */
const maxTextChars = 1_000;

/**
 * A part of a message. Of sub-agents only the tools are shown. Parts of messages that did not come in this run are old ones the
 * engine tidied up.
 */
export function translatePart(state: RunState, { sessionId, messageId, part }: PartEvent): Step {
  if (sessionId !== state.session) {
    return part.type === "tool" && state.subagents.has(sessionId)
      ? translateTool(state, part, sessionId)
      : unchanged(state);
  }
  const message = state.messages.get(messageId);
  if (message === undefined || (message.role !== "assistant" && part.type !== "text")) return unchanged(state);
  switch (part.type) {
    case "text":
      return unchanged(withText(state, messageId, part));
    case "reasoning":
      return thought(state, part);
    case "tool":
      return translateTool(state, part, sessionId);
    case "step-finish":
      return finishTurn(state, messageId, part);
  }
}

/** Text is no action: the last message's is the answer, the ones before it are said between tools. */
function withText(state: RunState, messageId: string, { id, text, isSynthetic }: TextPart): RunState {
  const message = state.messages.get(messageId);
  if (message === undefined || isSynthetic) return state;
  const texts = new Map(message.texts).set(id, text);
  return { ...state, messages: new Map(state.messages).set(messageId, { ...message, texts }) };
}

function thought(state: RunState, { id, text, hasEnded }: ReasoningPart): Step {
  if (!hasEnded || text.trim() === "" || state.ended.has(id)) return unchanged(state);
  const action: Action = { id, kind: "note", title: text.slice(0, maxTextChars), detail: {} };
  const event: ActionEvent = { type: "action", engine, action, phase: "completed" };
  return { state: { ...state, ended: new Set(state.ended).add(id) }, events: [event] };
}

function translateTool(state: RunState, part: ToolPart, sessionId: string): Step {
  if (part.isCompacted || state.ended.has(part.id)) return unchanged(state);
  const known = withSubagent(state, part);
  switch (part.status) {
    case "running":
      return beginTool(known, part, sessionId);
    case "completed":
    case "error":
      return endTool(known, part, sessionId);
    default:
      // `pending`: the model is still writing the arguments.
      return unchanged(known);
  }
}

/** The call of a sub-agent tells its session as soon as that exists. */
function withSubagent(state: RunState, { id, tool, metadata }: ToolPart): RunState {
  const session = tool === "task" ? textAt(metadata, "sessionId") : undefined;
  if (session === undefined || state.subagents.get(session) === id) return state;
  return { ...state, subagents: new Map(state.subagents).set(session, id) };
}

function beginTool(state: RunState, part: ToolPart, sessionId: string): Step {
  if (state.open.has(part.id)) return unchanged(state);
  const action = actionOf(state, part, sessionId);
  const open = new Map(state.open).set(part.id, action);
  return { state: { ...state, open }, events: [{ type: "action", engine, action, phase: "started" }] };
}

function endTool(state: RunState, part: ToolPart, sessionId: string): Step {
  const action = actionOf(state, part, sessionId);
  const output = part.error ?? part.output;
  const exitCode = numberAt(part.metadata, "exit");
  const detail: ActionDetail = {
    ...action.detail,
    ...(exitCode === undefined ? {} : { exitCode }),
    output: output.slice(0, maxTextChars),
    outputChars: output.length,
  };
  const open = new Map(state.open);
  open.delete(part.id);
  const ended = new Set(state.ended).add(part.id);
  const event: ActionEvent = {
    type: "action",
    engine,
    action: { ...action, detail },
    phase: "completed",
    ok: isOk(part),
  };
  const message = part.error === undefined ? {} : { message: part.error.slice(0, maxTextChars) };
  return { state: { ...state, open, ended }, events: [{ ...event, ...message }] };
}

/** A command that failed is `completed` all the same; `exit` is null when a signal ended it. */
function isOk({ status, tool, metadata }: ToolPart): boolean {
  if (status === "error" || tool === "invalid") return false;
  return metadata["exit"] === undefined || metadata["exit"] === 0;
}

function actionOf(state: RunState, part: ToolPart, sessionId: string): Action {
  const { kind, title, changes } = shownTool(part, state.cwd);
  const parent = state.subagents.get(sessionId);
  const detail: ActionDetail = {
    tool: part.tool,
    // The input of a file change holds the file; its path is in `changes`.
    ...(changes === undefined ? { input: part.input } : { changes }),
    ...(parent === undefined ? {} : { parentToolUseId: parent }),
  };
  // Not by `callID`: some models count their calls anew in every turn.
  return { id: part.id, kind, title, detail };
}

function finishTurn(state: RunState, messageId: string, part: StepFinishPart): Step {
  const message = state.messages.get(messageId);
  if (message === undefined || state.ended.has(part.id)) return unchanged(state);
  // A context that was too long is an error first, and then compacted: the turn after it is as good as any.
  const { failure: _overcome, ...rest } = state;
  const finished: RunState = {
    ...rest,
    messages: new Map(state.messages).set(messageId, { ...message, finish: part.reason }),
    ended: new Set(state.ended).add(part.id),
    usage: addUsage(state.usage, part),
  };
  if (part.reason !== "length") return unchanged(finished);
  const title = "the model reached its output limit, so its answer is cut off";
  return remark(finished, { kind: "warning", title, level: "warning", ok: false });
}

function addUsage(before: Usage | undefined, { cost, tokens }: StepFinishPart): Usage {
  const { steps, cost: spent, tokens: counted } = before ?? { steps: 0, cost: 0, tokens: {} };
  return { steps: steps + 1, cost: spent + cost, tokens: addFields(counted, tokens) };
}

/** Sums numbers, also those in objects: `cache` has two. */
function addFields(a: Fields, b: Fields): Fields {
  const summed = Object.entries(b).map(([key, value]): readonly [string, unknown] => {
    const before = a[key];
    if (isFields(value)) return [key, addFields(isFields(before) ? before : {}, value)];
    return [key, typeof value === "number" ? (numberAt(a, key) ?? 0) + value : value];
  });
  return { ...a, ...Object.fromEntries(summed) };
}
