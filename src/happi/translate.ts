import type { ActionEvent, ActionKind, CompletedEvent } from "../domain/event.ts";
import { fieldsAt, textAt } from "../runner/fields.ts";
import type { RequestIdentity } from "./envelope.ts";
import type { HappiBody, HappiFailure } from "./happi-event.ts";
import { outputOf, toolOf } from "./tool.ts";
import { usageOf } from "./usage.ts";

/** What a client was told of so far. */
export interface RunState {
  readonly request: RequestIdentity;
  /** Names of the tools, by call id. */
  readonly calls: ReadonlyMap<string, string>;
  /** Ids of the actions of which nothing more is to be told. */
  readonly ended: ReadonlySet<string>;
}

interface Step {
  readonly state: RunState;
  readonly bodies: readonly HappiBody[];
}

export function initialRunState(request: RequestIdentity): RunState {
  return { request, calls: new Map(), ended: new Set() };
}

/** What becomes of each kind. The others, and those of a later version, are for people who watch. */
const parts: ReadonlyMap<string, "tool" | "subagent"> = new Map<ActionKind, "tool" | "subagent">([
  ["command", "tool"],
  ["tool", "tool"],
  ["file_change", "tool"],
  ["web_search", "tool"],
  ["subagent", "subagent"],
]);

/** A call and later its result; both at once for an action that is reported only when it has ended. */
export function translateAction(state: RunState, event: ActionEvent): Step {
  const { id, kind } = event.action;
  if (state.ended.has(id)) return { state, bodies: [] };
  switch (parts.get(kind)) {
    case "tool":
      return translateTool(state, event);
    case "subagent":
      return { state: withEnded(state, id), bodies: [subRequest(state, event)] };
    case undefined:
      return { state, bodies: [] };
  }
}

function translateTool(state: RunState, event: ActionEvent): Step {
  const { id } = event.action;
  const { name, input } = toolOf(event.action);
  const begun = state.calls.get(id);
  const called = begun === undefined ? { ...state, calls: new Map(state.calls).set(id, name) } : state;
  const call: readonly HappiBody[] = begun === undefined ? [{ type: "tool_call", name, input, call_id: id }] : [];
  if (event.phase !== "completed") return { state: called, bodies: call };
  const result = { type: "tool_result", name: begun ?? name, output: outputOf(event), call_id: id } as const;
  return { state: withEnded(called, id), bodies: [...call, result] };
}

/**
 * The engine's own sub-agent, in the words of this runtime. Its events do not follow: a client that does not look at ids would take
 * its `completed` for the end.
 */
function subRequest({ request }: RunState, { engine, action }: ActionEvent): HappiBody {
  const prompt = textAt(fieldsAt(action.detail, "input"), "prompt") ?? action.title;
  const envelope = { v: request.v, id: `${request.id}/${action.id}`, cmd: `${engine}.run`, args: [prompt] };
  return { type: "sub_request", envelope };
}

function withEnded(state: RunState, id: string): RunState {
  return { ...state, ended: new Set(state.ended).add(id) };
}

export interface Ending {
  /** The line that continues the session. */
  readonly resume: string | undefined;
  /** Whether the run was stopped from outside. */
  readonly isStopped: boolean;
}

/** How much of an answer is in one event, in characters. */
const deltaChars = 4_096;

/** The answer, which engines give as a whole, and the outcome. */
export function translateCompleted(event: CompletedEvent, ending: Ending): readonly HappiBody[] {
  const resume = ending.resume === undefined ? {} : { resume: ending.resume };
  const outcome: HappiBody = event.ok
    ? { type: "completed", usage: usageOf(event.usage), ...resume }
    : { type: "error", ...failureOf(event, ending), ...resume };
  return [...deltasOf(event.answer), outcome];
}

function failureOf({ engine, error, fault }: CompletedEvent, { isStopped }: Ending): HappiFailure {
  const message = error === undefined || error === "" ? `${engine} failed without saying why` : error;
  if (fault === "session_not_found") return { code: fault, message };
  return { code: isStopped ? "cancelled" : "runtime_error", message };
}

/** Never cuts within a character, and none is empty. */
function deltasOf(answer: string): readonly HappiBody[] {
  const deltas: HappiBody[] = [];
  for (let start = 0, end = 0; start < answer.length; start = end) {
    end = start + deltaChars;
    if (/^[\uDC00-\uDFFF]/u.test(answer.slice(end, end + 1))) end += 1;
    deltas.push({ type: "delta", text: answer.slice(start, end) });
  }
  return deltas;
}
