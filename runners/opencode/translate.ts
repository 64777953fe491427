import { errorText } from "./failure.ts";
import type { MessageEvent, OpencodeEvent, StatusEvent } from "./events.ts";
import type { RunState, Step } from "./state.ts";
import { remark, unchanged } from "../../src/runner/step.ts";
import { translatePart } from "./translate-part.ts";
import { countUnknown } from "./unknown.ts";

/** What one event means for the run. Questions are answered elsewhere and change nothing here. */
export function translate(state: RunState, event: OpencodeEvent): Step {
  switch (event.type) {
    case "session":
      return unchanged(withSubagentSession(state, event));
    case "message":
      return unchanged(withMessage(state, event));
    case "part":
      return translatePart(state, event);
    case "status":
      return translateStatus(state, event);
    case "error":
      return unchanged(withFailure(state, event));
    case "compacted":
      return sayCompacted(state, event.sessionId);
    case "permission":
    case "question":
    case "answered":
      return unchanged(state);
    case "other":
      return unchanged(countUnknown(state, event.name));
  }
}

/** An event or a line that is not a JSON object. */
export function translateMalformed(state: RunState, text: string): Step {
  const title = "opencode said something that is not JSON";
  return remark(state, { kind: "warning", title, level: "warning", ok: false, detail: { line: text.slice(0, 500) } });
}

/** An event or a line too long to be kept; `bytes` is its length. */
export function translateOversize(state: RunState, bytes: number): Step {
  const title = `opencode sent an event of ${(bytes / 1_000_000).toFixed(1)} MB; it was skipped`;
  return remark(state, { kind: "warning", title, level: "warning", ok: false, detail: { bytes } });
}

function withSubagentSession(state: RunState, { id, parentId }: Extract<OpencodeEvent, { type: "session" }>): RunState {
  const isOurs = parentId !== undefined && (parentId === state.session || state.subagents.has(parentId));
  if (!isOurs || state.subagents.has(id)) return state;
  return { ...state, subagents: new Map(state.subagents).set(id, undefined) };
}

/** The engine repeats a message whenever something about it changes. */
function withMessage(state: RunState, event: MessageEvent): RunState {
  if (event.sessionId !== state.session) return state;
  const { id, role, parentId, isSummary } = event;
  const message = { texts: new Map<string, string>(), ...state.messages.get(id), role, parentId, isSummary };
  return { ...state, messages: new Map(state.messages).set(id, message) };
}

/** Sub-agents have a status of their own. */
function translateStatus(state: RunState, { sessionId, status, attempt, message }: StatusEvent): Step {
  if (sessionId !== state.session) return unchanged(state);
  switch (status) {
    case "idle":
      return unchanged({ ...state, phase: "idle" });
    case "busy":
      return unchanged({ ...state, phase: "busy" });
    case "retry": {
      const cause = message === "" ? "the model's API failed" : message.replace(/\.$/u, "");
      const title = `${cause}; retry ${attempt ?? "?"}`;
      return remark({ ...state, phase: "busy" }, { title, level: "warning", detail: { attempt } });
    }
    default:
      return unchanged(state);
  }
}

function sayCompacted(state: RunState, sessionId: string): Step {
  return sessionId === state.session ? remark(state, { title: "context compacted", level: "info" }) : unchanged(state);
}

/** The first error counts: the ones after it are stack traces of the same. */
function withFailure(state: RunState, { sessionId, error }: Extract<OpencodeEvent, { type: "error" }>): RunState {
  if (state.failure !== undefined || (sessionId !== undefined && sessionId !== state.session)) return state;
  return { ...state, failure: { error: errorText(error) } };
}
