import type { EngineId, ResumeToken } from "./event.ts";
import type { Thread } from "./thread.ts";

/** Brand of a run's id: 12 characters of `[0-9a-z]`, short enough for callback data. */
export type RunId = string & { readonly brand: "RunId" };

/** Marks a string as a run id that was made or stored by this program. */
export function toRunId(text: string): RunId {
  return text as RunId;
}

/**
 * Where a run is. `held`: accepted but waits for the user to say Run or Discard. `queued`: will start by itself.
 * `done`, `failed`, `cancelled`, `interrupted` are final. `interrupted`: the bot stopped while it ran.
 */
export type RunState = "held" | "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted";

/**
 * Brand of the key under which runs take turns: runs with equal keys never overlap.
 * `<engine>:<token value>` for a known session; `new:<run id>` until the engine has named it.
 */
export type SessionKey = string & { readonly brand: "SessionKey" };

export function sessionKeyOf(token: ResumeToken): SessionKey {
  return `${token.engine}:${token.value}` as SessionKey;
}

/** The key of a run whose session has no name yet. */
export function newSessionKey(runId: RunId): SessionKey {
  return `new:${runId}` as SessionKey;
}

/** What the user may choose for one run. Absent means the engine's own default. */
export interface RunOptions {
  readonly model?: string;
  readonly effort?: string;
  /** Work out a plan and ask before acting on it. Only for engines with `capabilities.plans`. */
  readonly plan?: boolean;
}

/** Which project a run works in; absent keys mean the directory the bot was started in, and no branch. */
export interface RunContext {
  readonly project?: string;
  readonly branch?: string;
}

/** Who sent something. `name` is for display only. */
export interface Sender {
  readonly id: number;
  readonly name: string;
}

/** One prompt and what became of it: a row of the journal. Times are milliseconds since 1970. */
export interface Run {
  readonly id: RunId;
  readonly thread: Thread;
  readonly sender: Sender;
  /** The message that asked for it; finals reply to it. */
  readonly promptMessageId: number;
  readonly prompt: string;
  readonly engine: EngineId;
  readonly resume?: ResumeToken;
  readonly sessionKey: SessionKey;
  readonly context: RunContext;
  readonly cwd: string;
  readonly options: RunOptions;
  readonly state: RunState;
  readonly createdAt: number;
  /** The run may not start before this time: later parts of a split paste may still arrive. */
  readonly notBefore: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly error?: string;
}
