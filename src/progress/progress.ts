import type { Action, ActionEvent, EngineId, ResumeToken, TakopiEvent } from "../domain/event.ts";

/** How an action stands: `open` began, `updated` said more since, `done` ended well, `failed` ended badly. */
export type ActionStatus = "open" | "updated" | "done" | "failed";

export interface ActionProgress {
  readonly action: Action;
  readonly status: ActionStatus;
}

/** What is known of a run while it works. Holds the latest actions and every unfinished one, never the whole history. */
export interface ProgressState {
  readonly engine: EngineId;
  readonly title?: string;
  readonly resume?: ResumeToken;
  /** Distinct actions seen, those of kind `turn` and `telemetry` excluded. */
  readonly steps: number;
  /** By first appearance. */
  readonly actions: readonly ActionProgress[];
}

/** How many finished actions are kept; the view shows the last five. */
const KEPT_FINISHED = 5;

/** The state before the first event. */
export function initialProgress(engine: EngineId, resume?: ResumeToken): ProgressState {
  return { engine, steps: 0, actions: [], ...(resume && { resume }) };
}

/** The state after one more event. `completed` changes nothing: the final message takes over. */
export function reduce(state: ProgressState, event: TakopiEvent): ProgressState {
  switch (event.type) {
    case "started":
      return { ...state, resume: event.resume, ...(event.title !== undefined && { title: event.title }) };
    case "action":
      return isShown(event.action) ? reduceAction(state, event) : state;
    case "completed":
      return state;
  }
}

function isShown(action: Action): boolean {
  return action.kind !== "turn" && action.kind !== "telemetry";
}

function reduceAction(state: ProgressState, event: ActionEvent): ProgressState {
  const index = state.actions.findIndex((known) => known.action.id === event.action.id);
  const known = state.actions[index];
  const next: ActionProgress = { action: event.action, status: statusAfter(event, known) };
  if (known !== undefined) return { ...state, actions: state.actions.with(index, next) };
  return { ...state, steps: state.steps + 1, actions: forgetFinished([...state.actions, next]) };
}

function statusAfter(event: ActionEvent, known: ActionProgress | undefined): ActionStatus {
  switch (event.phase) {
    case "started":
      return known === undefined ? "open" : "updated";
    case "updated":
      return "updated";
    case "completed":
      return hasSucceeded(event) ? "done" : "failed";
  }
}

function hasSucceeded(event: ActionEvent): boolean {
  return event.ok ?? (event.action.detail.exitCode ?? 0) === 0;
}

/** Drops the oldest finished actions; an unfinished one stays however old it is, so that its end is recognised. */
function forgetFinished(actions: readonly ActionProgress[]): readonly ActionProgress[] {
  let surplus = actions.filter(isFinished).length - KEPT_FINISHED;
  return actions.filter((entry) => !isFinished(entry) || surplus-- <= 0);
}

function isFinished(entry: ActionProgress): boolean {
  return entry.status === "done" || entry.status === "failed";
}
