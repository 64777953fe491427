import type { ActionEvent } from "../../src/domain/event.ts";
import { countUnknown } from "../../src/runner/unknown-types.ts";
import { closeThought, endWords, hear, think } from "./speech.ts";
import { remark, steps, unchanged, type RunState, type Step } from "./state.ts";
import { endTool, isFinished, isPlaceholder, mergeTool, newTool, refuseTool, showTool } from "./tool.ts";
import type { PlanEntry, ToolPatch, Update } from "./updates.ts";

export const planId = "acp.plan";

/** What one update means for the run. What comes before the prompt is the history of a loaded session. */
export function translate(state: RunState, update: Update): Step {
  if (!state.isPrompted) return unchanged(state);
  switch (update.type) {
    case "message":
      return steps(state, closeThought, (next) => hear(next, update));
    case "thought":
      return steps(state, endWords, (next) => think(next, update));
    case "user_message":
      return steps(state, closeThought, endWords);
    case "tool":
      return steps(state, closeThought, endWords, (next) => translateTool(next, update.patch));
    case "plan":
      return steps(state, closeThought, endWords, (next) => translatePlan(next, update.entries));
    case "usage":
      return unchanged({ ...state, usage: { ...state.usage, ...update.usage } });
    case "mode":
    case "quiet":
      return unchanged(state);
    case "unknown":
      return unchanged(countUnknown(state, update.name));
  }
}

/** The call a permission is asked for. With some agents this is the first that is heard of it. */
export function translatePermission(state: RunState, patch: ToolPatch): Step {
  return steps(state, closeThought, endWords, (next) => translateTool(next, patch), revealTools);
}

/** The user said no to a call. */
export function translateRefusal(state: RunState, toolId: string): Step {
  const tool = state.tools.get(toolId);
  return unchanged(tool === undefined ? state : withTool(state, refuseTool(tool)));
}

/** Shows the tools that were held back because they looked like placeholders. */
export function revealTools(state: RunState): Step {
  const hidden = [...state.tools.values()].filter(({ shown }) => shown === "hidden");
  return hidden.reduce<Step>((step, tool) => {
    const shown = showTool(tool, step.state);
    return { state: withTool(step.state, shown.tool), events: [...step.events, ...shown.events] };
  }, unchanged(state));
}

export function hasHiddenTools({ tools }: RunState): boolean {
  return [...tools.values()].some(({ shown }) => shown === "hidden");
}

/** A line that is not JSON: an agent's banner, a warning of its runtime. The first is shown, the rest are counted. */
export function translateMalformed(state: RunState, line: string): Step {
  const malformed = state.malformed + 1;
  if (malformed > 1) return unchanged(countUnknown({ ...state, malformed }, "line that is not JSON"));
  return remark(
    { ...state, malformed },
    {
      kind: "warning",
      title: `${state.engine} printed a line that is not JSON`,
      level: "warning",
      ok: false,
      detail: { line: line.slice(0, 500) },
    },
  );
}

function translateTool(state: RunState, patch: ToolPatch): Step {
  const before = state.tools.get(patch.id) ?? newTool(patch.id);
  if (before.shown === "ended") return unchanged(state);
  const tool = mergeTool(before, patch);
  if (isFinished(tool)) {
    const ok = tool.status === "completed" && !state.isCancelled;
    const ended = endTool(tool, { engine: state.engine, cwd: state.cwd, ok });
    return { state: withTool(state, ended.tool), events: ended.events };
  }
  if (tool.shown === "hidden" && isPlaceholder(tool)) return unchanged(withTool(state, tool));
  const shown = showTool(tool, state);
  return { state: withTool(state, shown.tool), events: shown.events };
}

function withTool(state: RunState, tool: ReturnType<typeof newTool>): RunState {
  return { ...state, tools: new Map(state.tools).set(tool.id, tool) };
}

/** Every update is the whole plan; it is one action that changes. */
function translatePlan(state: RunState, entries: readonly PlanEntry[]): Step {
  if (entries.length === 0) return unchanged(state);
  const done = entries.filter(({ status }) => status === "completed").length;
  const current = entries.find(({ status }) => status === "in_progress")?.content;
  const title = `plan: ${done}/${entries.length}${current === undefined ? "" : ` ${current}`}`;
  const detail = { entries };
  const event: ActionEvent = {
    type: "action",
    engine: state.engine,
    action: { id: planId, kind: "note", title, detail },
    phase: state.planTitle === undefined ? "started" : "updated",
  };
  return { state: { ...state, planTitle: title, planDetail: detail }, events: [event] };
}
