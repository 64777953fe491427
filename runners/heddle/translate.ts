import { errorTitle } from "./failure.ts";
import type { ResultMessage, WorkerEvent, WorkerMessage } from "./messages.ts";
import type { RunState, Step } from "./state.ts";
import { remark, unchanged, warning } from "../../src/runner/step.ts";
import { beginTool, endTool } from "./translate-tool.ts";
import { addTokens } from "./usage.ts";

/** What one message of the worker means for the run. Those of other sends, and all behind the result, mean nothing. */
export function translate(state: RunState, message: WorkerMessage): Step {
  if (state.result !== undefined) return unchanged(state);
  switch (message.type) {
    case "event": {
      const isForeign = message.sendId !== undefined && message.sendId !== state.sendId;
      return isForeign ? unchanged(state) : translateEvent(state, message.event);
    }
    case "result":
      return translateResult(state, message);
    case "init_ok":
    case "other":
      return unchanged(state);
  }
}

/** A line that is not JSON, or not an object with a type. */
export function translateMalformed(state: RunState, line: string): Step {
  return warning(state, "heddle printed a line that is not of its protocol", { line: line.slice(0, 500) });
}

/** A line too long to be kept; `bytes` is its length. */
export function translateOversize(state: RunState, bytes: number): Step {
  return warning(state, `heddle printed a line of ${(bytes / 1_000_000).toFixed(1)} MB; it was skipped`, { bytes });
}

function translateResult(state: RunState, result: ResultMessage): Step {
  if (result.id === state.sendId) return unchanged({ ...state, result });
  if (result.id !== "unknown" || result.error === undefined) return unchanged(state);
  const complaint = errorTitle(result.error);
  return warning({ ...state, complaint }, complaint);
}

function translateEvent(state: RunState, event: WorkerEvent): Step {
  switch (event.type) {
    case "content_delta":
      return unchanged({ ...state, text: state.text + event.text });
    case "tool_start":
      return beginTool(state, event);
    case "tool_end":
      return endTool(state, event);
    case "usage":
      return unchanged({ ...state, tokens: addTokens(state.tokens, event.counts) });
    case "error":
      return warning({ ...state, lastError: event.error }, errorTitle(event.error));
    case "permission":
      return translatePermission(state, event);
    case "plan_complete":
      return remark({ ...state, plan: event.plan }, { title: "plan complete", detail: { plan: event.plan } });
    case "context":
      return remark(state, { title: event.words });
    case "quiet":
      return unchanged(state);
  }
}

/** Nobody is asked: the protocol has no answer to a request, and the model is told of the denial. */
function translatePermission(
  state: RunState,
  { isDenied, name, reason }: Extract<WorkerEvent, { type: "permission" }>,
): Step {
  const why = reason === "" ? "" : `: ${reason}`;
  const detail = { tool: name, reason };
  if (isDenied) return warning(state, `${name} was denied${why}`, detail);
  return remark(state, { title: `${name} asks for permission, which nobody can give here${why}`, detail });
}
