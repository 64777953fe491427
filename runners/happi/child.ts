import type { Action, ActionEvent } from "../../src/domain/event.ts";
import type { HappiBody } from "./schema.ts";
import { withActionId, type Child, type Outcome, type RunState, type Step } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";

type SubRequest = Extract<HappiBody, { type: "sub_request" }>;

/** How much of what a child was told and said its action keeps, in characters. */
const maxTextChars = 1_000;

/**
 * The runtime dispatched a request itself. Whether its events are seen is up to the runtime: with them it ends when they say so,
 * without them when the run ends.
 */
export function beginChild(state: RunState, request: string, { child, cmd, prompt }: SubRequest): Step {
  if (child !== undefined && state.children.get(child)?.isOpen === true) return unchanged(state);
  // No event can name one that has no id of its own: it is known by its action.
  const isNamed = child !== undefined && child !== "" && child !== state.requestId;
  const { state: next, id } = withActionId(state, isNamed ? child : "happi.sub");
  const parent = state.children.get(request)?.action.id;
  const detail = {
    ...(prompt === "" ? {} : { prompt: prompt.slice(0, maxTextChars) }),
    ...(parent === undefined ? {} : { parentToolUseId: parent }),
  };
  const action: Action = { id, kind: "subagent", title: cmd, detail };
  const event: ActionEvent = { type: "action", engine: state.engine, action, phase: "started" };
  return { state: withChild(next, isNamed ? child : id, { action, text: "", isOpen: true }), events: [event] };
}

/** Its words are not the answer: the run's own request says what became of them. */
export function hearChild(state: RunState, id: string, text: string): RunState {
  const child = state.children.get(id);
  if (child === undefined || child.text.length >= maxTextChars) return state;
  return withChild(state, id, { ...child, text: (child.text + text).slice(0, maxTextChars) });
}

export function endChild(state: RunState, id: string, outcome: Outcome): Step {
  const child = state.children.get(id);
  if (child === undefined) return unchanged(state);
  const message = outcome.type === "error" ? { message: `${outcome.code}: ${outcome.message}` } : {};
  const event = { ...endOf(state, child), ok: outcome.type === "completed", ...message };
  return { state: withChild(state, id, { ...child, isOpen: false }), events: [event] };
}

/** Those of which nothing more was heard ended with the run, as it did. */
export function closeChildren(state: RunState, hasFailed: boolean): Step {
  const open = [...state.children].filter(([, { isOpen }]) => isOpen);
  const events = open.map(([, child]): ActionEvent => ({ ...endOf(state, child), ok: !hasFailed }));
  const closed = open.map(([id, child]) => [id, { ...child, isOpen: false }] as const);
  return { state: { ...state, children: new Map([...state.children, ...closed]) }, events };
}

function endOf({ engine }: RunState, { action, text }: Child): ActionEvent {
  const detail = { ...action.detail, ...(text === "" ? {} : { output: text }) };
  return { type: "action", engine, action: { ...action, detail }, phase: "completed" };
}

function withChild(state: RunState, id: string, child: Child): RunState {
  return { ...state, children: new Map(state.children).set(id, child) };
}
