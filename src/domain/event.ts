/** Identifies an engine: the folder name in `runners/`, or the key of `[engines.<id>]`. */
export type EngineId = string;

/**
 * Names a session an engine can continue. `value` is opaque: only the runner of `engine` knows what it means.
 * Two tokens are the same session when both fields are equal.
 */
export interface ResumeToken {
  readonly engine: EngineId;
  readonly value: string;
}

/** What an action is about. A kind this version does not know is rendered as `note`. */
export type ActionKind =
  "command" | "tool" | "file_change" | "web_search" | "subagent" | "note" | "turn" | "warning" | "telemetry";

export type ActionPhase = "started" | "updated" | "completed";

export type ActionLevel = "debug" | "info" | "warning" | "error";

/** One file touched by a `file_change` action. `path` is as the engine said it, absolute or relative to the run's cwd. */
export interface FileChange {
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
}

/** What is known of an action beyond its title. Every key is optional; engines may add their own. */
export interface ActionDetail {
  readonly changes?: readonly FileChange[];
  readonly exitCode?: number;
  readonly [key: string]: unknown;
}

/** A step inside a run. `id` is unique within the run and the same in every phase of the step. */
export interface Action {
  readonly id: string;
  readonly kind: ActionKind;
  readonly title: string;
  readonly detail: ActionDetail;
}

/** First event of a run whose session id became known. At most one per run. */
export interface StartedEvent {
  readonly type: "started";
  readonly engine: EngineId;
  readonly resume: ResumeToken;
  /** Shown instead of the engine's name where there is room, typically the model. */
  readonly title?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A step began, changed or ended. An action may be reported only once, as `completed`. */
export interface ActionEvent {
  readonly type: "action";
  readonly engine: EngineId;
  readonly action: Action;
  readonly phase: ActionPhase;
  /** Outcome of a completed action; absent means "no failure known". */
  readonly ok?: boolean;
  readonly message?: string;
  readonly level?: ActionLevel;
}

/**
 * Why a run failed, where the program can act on it rather than only show it.
 * `session_not_found`: the engine no longer has the session that was to be resumed; nothing ran. `interrupted`: the engine was gone, and
 * nothing tells how it ended, when the run was taken up after a restart. `usage_limit`: the account has no more to give for now.
 */
export type RunFault = "session_not_found" | "interrupted" | "usage_limit";

/** Last event of every run, exactly one. */
export interface CompletedEvent {
  readonly type: "completed";
  readonly engine: EngineId;
  readonly ok: boolean;
  /** The complete answer as Markdown; may be empty, and may be partial when `ok` is false. */
  readonly answer: string;
  readonly resume?: ResumeToken;
  /** For people: what went wrong and what to do. Present when `ok` is false. */
  readonly error?: string;
  readonly fault?: RunFault;
  /** With `usage_limit`, where the engine says it: when it is over, in milliseconds since 1970. */
  readonly resetsAt?: number;
  /** Passed through as the engine reports it. */
  readonly usage?: Readonly<Record<string, unknown>>;
}

/** Everything a run can say. Three types, no more: what needs an answer goes through `RunHost.decide`. */
export type TakopiEvent = StartedEvent | ActionEvent | CompletedEvent;

/** Whether two tokens name the same session. */
export function isSameSession(a: ResumeToken, b: ResumeToken): boolean {
  return a.engine === b.engine && a.value === b.value;
}
