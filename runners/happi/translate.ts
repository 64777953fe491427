import type { OutputLine } from "../../src/wire/lines.ts";
import { beginChild, endChild, hearChild } from "./child.ts";
import { decodeLine, type HappiBody, type HappiEvent } from "./schema.ts";
import { passOver, remark, type RunState, type Step } from "./state.ts";
import { steps, unchanged } from "../../src/runner/step.ts";
import { beginCall, endCall } from "./tool.ts";
import { endWords, hear } from "./words.ts";

/** The id of the one error for a request that could not be read. */
const unreadableId = "req-invalid";
/** How much of a line that is not understood is kept, in characters. */
const maxLineChars = 500;

/** What a line of the runtime means for the run. After the outcome nothing does. */
export function translateLine(state: RunState, line: OutputLine): Step {
  if (state.outcome !== undefined) return unchanged(state);
  if (line.kind === "oversize") return oversize(state, line.bytes);
  const event = decodeLine(line.text);
  return event === undefined ? malformed(state, line.text) : translate(state, event);
}

function translate(state: RunState, { id, body }: HappiEvent): Step {
  if (isOwn(state, id, body)) return translateOwn(state, body);
  if (id !== undefined && state.children.has(id)) return translateChild(state, id, body);
  return translateForeign(state, id ?? "");
}

/** One process has one request, so that what has no id is of that one. */
function isOwn({ requestId }: RunState, id: string | undefined, { type }: HappiBody): boolean {
  return id === undefined || id === requestId || (id === unreadableId && type === "error");
}

function translateOwn(state: RunState, body: HappiBody): Step {
  switch (body.type) {
    case "delta":
      return unchanged(hear(state, body.text));
    case "tool_call":
      return steps(state, endWords, (next) => beginCall(next, state.requestId, body));
    case "tool_result":
      return endCall(state, state.requestId, body);
    case "sub_request":
      return steps(state, endWords, (next) => beginChild(next, state.requestId, body));
    case "completed":
    case "error":
      return unchanged({ ...state, outcome: body });
    // The run has started with its process: not every runtime says it has.
    case "started":
    case "quiet":
      return unchanged(state);
    case "other":
      return unchanged(passOver(state, body.name));
  }
}

function translateChild(state: RunState, id: string, body: HappiBody): Step {
  if (state.children.get(id)?.isOpen !== true) return unchanged(state);
  switch (body.type) {
    case "delta":
      return unchanged(hearChild(state, id, body.text));
    case "tool_call":
      return steps(state, endWords, (next) => beginCall(next, id, body));
    case "tool_result":
      return endCall(state, id, body);
    case "sub_request":
      return steps(state, endWords, (next) => beginChild(next, id, body));
    case "completed":
    case "error":
      return endChild(state, id, body);
    case "started":
    case "quiet":
      return unchanged(state);
    case "other":
      return unchanged(passOver(state, body.name));
  }
}

/** The first is shown, the rest are counted. */
function translateForeign(state: RunState, id: string): Step {
  if (state.foreignId !== undefined) return unchanged(passOver(state, "event of another request"));
  const title = `${state.engine} sent an event of another request (${id.slice(0, 80)}); such events are ignored`;
  return remark({ ...state, foreignId: id }, { kind: "warning", title, level: "warning", ok: false });
}

/** A line that is not a JSON object: a banner, a trace, an event its runtime wrote wrongly. The first is shown, the rest are counted. */
function malformed(state: RunState, line: string): Step {
  const last = line.slice(0, maxLineChars);
  const next = { ...state, malformed: { count: state.malformed.count + 1, last } };
  if (next.malformed.count > 1) return unchanged(passOver(next, "line that is no event"));
  const title = `${state.engine} printed a line that is no event`;
  return remark(next, { kind: "warning", title, level: "warning", ok: false, detail: { line: last } });
}

function oversize(state: RunState, bytes: number): Step {
  const title = `${state.engine} sent an event of ${(bytes / 1_000_000).toFixed(1)} MB; it was skipped`;
  return remark(state, { kind: "warning", title, level: "warning", ok: false, detail: { bytes } });
}
