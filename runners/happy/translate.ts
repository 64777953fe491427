import type { Action, ActionDetail } from "../../src/domain/event.ts";
import { textAt } from "../../src/runner/fields.ts";
import { countUnknown } from "../../src/runner/unknown-types.ts";
import { reduceAnswer } from "./client/answer.ts";
import type { PendingRequest, SessionState } from "./client/session-state.ts";
import type { TurnEvent } from "./client/turn-event.ts";
import { begin, end, type RunState, type Step } from "./state.ts";
import { remark, unchanged } from "../../src/runner/step.ts";
import { shownTool } from "./tool.ts";

/** How much of a thought or of a tool's output a step keeps, in characters: enough to show, too little to fill memory. */
const maxTextChars = 1_000;

type Event<Type extends TurnEvent["type"]> = Extract<TurnEvent, { type: Type }>;

/** What one thing that was said means for the run. */
export function translate(before: RunState, event: TurnEvent): Step {
  const state = { ...before, answer: reduceAnswer(before.answer, event) };
  return isStep(event) ? translateStep(state, event) : translateWords(state, event);
}

type StepEvent = Event<"tool_start" | "tool_end" | "subagent_start" | "subagent_end" | "file">;

function isStep(event: TurnEvent): event is StepEvent {
  return ["tool_start", "tool_end", "subagent_start", "subagent_end", "file"].includes(event.type);
}

function translateStep(state: RunState, event: StepEvent): Step {
  switch (event.type) {
    case "tool_start":
      return beginTool(state, event);
    case "tool_end":
      return endTool(state, event);
    case "subagent_start":
    case "subagent_end":
      return translateSubagent(state, event);
    case "file":
      return remark(state, { title: `file: ${event.name}` });
  }
}

function translateWords(state: RunState, event: Exclude<TurnEvent, StepEvent>): Step {
  switch (event.type) {
    case "text":
      return event.isThought ? thought(state, event) : unchanged(state);
    case "service":
    case "notice":
      return complain(state, event.text);
    case "usage":
      return unchanged({ ...state, usage: { ...state.usage, ...event.usage } });
    case "unknown":
      return unchanged(countUnknown(state, event.name));
    case "prompt":
    case "turn_start":
    case "turn_end":
    case "ready":
    case "quiet":
      return unchanged(state);
  }
}

/** A call that waits to be approved is shown before it is told of. One that was denied may never be. */
export function translateState(state: RunState, { pending, completed }: SessionState): Step {
  const step = pending.reduce(
    (before: Step, request) => join(before, beginAsked(before.state, request)),
    unchanged(state),
  );
  const refused = completed.filter(({ status }) => status === "denied" || status === "canceled");
  return refused.reduce(
    (before, { call, status }) => join(before, end(before.state, call, { ok: false, message: status })),
    step,
  );
}

function join(before: Step, { state, events }: Step): Step {
  return { state, events: [...before.events, ...events] };
}

function beginAsked(state: RunState, { call, tool, input }: PendingRequest): Step {
  return begin(state, actionOf(state, { type: "tool_start", call, name: tool, input }));
}

function beginTool(state: RunState, event: Event<"tool_start">): Step {
  const subagent = textAt(event.input, "sessionSubagent");
  const known = subagent === undefined ? state : withSubagent(state, subagent, event.call);
  return begin(known, actionOf(known, event));
}

function endTool(state: RunState, { call, output, isError }: Event<"tool_end">): Step {
  const detail = output === undefined ? {} : { output: output.slice(0, maxTextChars), outputChars: output.length };
  return end(state, call, {
    detail,
    ...(isError !== undefined && { ok: !isError }),
    ...(isError === true && output !== undefined && { message: output.slice(0, maxTextChars) }),
  });
}

function actionOf(state: RunState, { call, name, input, subagent }: Event<"tool_start">): Action {
  const { kind, title, changes } = shownTool({ name, input, cwd: state.cwd });
  const parent = subagent === undefined ? undefined : state.subagents.get(subagent);
  const detail: ActionDetail = {
    tool: name,
    // The input of a file change holds the file; its path is in `changes`.
    ...(changes === undefined ? { input } : { changes }),
    ...(parent !== undefined && { parentToolUseId: parent }),
  };
  return { id: call, kind, title, detail };
}

/** The tool that started a sub-agent is hidden by some versions; then the sub-agent is a step itself. */
function translateSubagent(state: RunState, event: Event<"subagent_start" | "subagent_end">): Step {
  const { subagent } = event;
  if (subagent === undefined) return unchanged(state);
  if (event.type === "subagent_end") return end(state, subagent);
  if (state.subagents.has(subagent)) return unchanged(state);
  const action: Action = { id: subagent, kind: "subagent", title: event.title ?? "sub-agent", detail: {} };
  return begin(withSubagent(state, subagent, subagent), action);
}

function withSubagent(state: RunState, subagent: string, action: string): RunState {
  return { ...state, subagents: new Map(state.subagents).set(subagent, action) };
}

function thought(state: RunState, { text }: Event<"text">): Step {
  return text.trim() === "" ? unchanged(state) : remark(state, { title: text.slice(0, maxTextChars) });
}

function complain(state: RunState, text: string): Step {
  if (text.trim() === "") return unchanged(state);
  return remark({ ...state, complaint: text }, { title: text.slice(0, maxTextChars), level: "info" });
}
