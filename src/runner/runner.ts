import type { Decision, DecisionRequest } from "../domain/decision.ts";
import type { EngineId, ResumeToken, TakopiEvent } from "../domain/event.ts";
import type { ProcessIdentity } from "../domain/process.ts";
import type { RunId, RunOptions } from "../domain/run.ts";

/** A file the user sent with the prompt, already on disk. */
export interface Attachment {
  readonly path: string;
  readonly mediaType: string;
}

/** One prompt for an engine. */
export interface RunRequest {
  readonly runId: RunId;
  /** Any text: it may be empty, start with `-`, be all digits, have many lines or be 100 kB long. */
  readonly prompt: string;
  /** The session to continue; absent starts a new one. */
  readonly resume?: ResumeToken;
  /** Absolute path of the directory the engine works in. */
  readonly cwd: string;
  readonly attachments: readonly Attachment[];
  readonly options: RunOptions;
  /** Only for runners with `capabilities.survives`. Absent: the run ends with the program. */
  readonly record?: RunRecord;
}

/** Where a run leaves what it takes to go on with it when the program around it is started again. */
export interface RunRecord {
  /** Absolute path of a directory for this run and this user alone. */
  readonly directory: string;
  /**
   * Whether an earlier program began the run there. It is gone on with: `run()` yields the events it had from the beginning, the same ones
   * again, but gives the engine nothing that it was given before, and asks only what is still open.
   */
  readonly isTakenUp: boolean;
}

/** A text the user sent while the run works, for runners that can `steer`. */
export interface FollowUp {
  /** Names the text, in the same way when it is passed on again to a run that was taken up. */
  readonly id?: string;
  readonly text: string;
  /**
   * To be called when the engine has the text: its own acknowledgement where it gives one. A text that was not taken when the run ends
   * becomes a prompt of its own.
   */
  taken(): void;
}

/** One earlier prompt of a session and what the engine answered. */
export interface PastTurn {
  readonly prompt: string;
  readonly answer: string;
}

/** What a runner may use of the program around it besides a run: its child's environment and when to stop. */
export interface SessionHost {
  readonly signal: AbortSignal;
  /** As in `RunHost`. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a look at an engine showed before anybody sends it a prompt. */
export interface EngineCheck {
  readonly state: "ok" | "warning" | "problem";
  /** One sentence for people, beginning with the engine's id. */
  readonly text: string;
}

/** A session the engine keeps, as far as it is known without opening it. */
export interface SessionSummary {
  readonly token: ResumeToken;
  /** The engine's title, else the start of the first prompt. */
  readonly title?: string;
  /** Absolute. */
  readonly cwd: string;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  /** Whether a program has it open now; absent where the engine gives no sign of it. */
  readonly isOpen?: boolean;
}

/** What a runner may use of the program around it. It never sends messages and never reads the journal. */
export interface RunHost {
  /** Aborted when the run is to end: interrupt the engine in its own way, then end its processes. */
  readonly signal: AbortSignal;
  /** The whole environment for a child: an allow-list of the bot's own, never its secrets. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Asks the user, or the policy that stands in for them. Resolves when answered, however long that takes; never rejects.
   * Abort `withdrawn` when the engine no longer waits: the answer is then `dismiss`.
   */
  decide(request: DecisionRequest, withdrawn?: AbortSignal): Promise<Decision>;
  /**
   * The engine has the answer to this request. Until then the user is told that it is on its way, not that it worked. Not called for a
   * request that was withdrawn.
   */
  answerTaken(requestId: string): void;
  /** What the user sends during the run. Ends with the run. Only read by runners with `capabilities.steer`. */
  readonly followUps: AsyncIterable<FollowUp>;
  /**
   * The finished turns of the session that `request.resume` names, oldest first, for engines that keep no sessions themselves. Empty for
   * a new session, and where nobody keeps them.
   */
  history(): readonly PastTurn[];
  /** A run that was taken up has yielded again all it had yielded before, and asked again what is open. What follows is new. */
  caughtUp(): void;
  /** Reports a child as soon as it exists, so that a restarted bot can end it. */
  processStarted(process: ProcessIdentity): void;
}

/** What an engine can do, as data. The chat offers only what is true here. */
export interface Capabilities {
  /** Asks before it acts. */
  readonly approvals: boolean;
  readonly questions: boolean;
  readonly plans: boolean;
  /** Takes text into a running turn. */
  readonly steer: boolean;
  /** Has an interrupt of its own, gentler than a signal. */
  readonly interrupt: boolean;
  readonly images: boolean;
  readonly model: boolean;
  /** The effort levels it knows; empty when it knows none. */
  readonly effort: readonly string[];
  /** Lists the sessions it keeps: the runner has `listSessions`. */
  readonly sessions: boolean;
  readonly fork: boolean;
  /** Its runs go on when the program around them ends, and are taken up again: it heeds `RunRequest.record`. */
  readonly survives: boolean;
}

/** Prints and reads the line that resumes a session. Only the runner knows its engine's form. */
export interface ResumeCodec {
  /** The engine's own terminal command, without backticks: `claude --resume 0b9f…`. */
  formatResume(token: ResumeToken): string;
  /** The token of the last line of `text` that is a resume line of this engine; backticks around the line are allowed. */
  extractResume(text: string): ResumeToken | undefined;
  /** Whether the line, taken alone, is a resume line of this engine. */
  isResumeLine(line: string): boolean;
}

/**
 * Adapter for one engine.
 *
 * Contract of `run()`, checked by `enforceContract` and by the conformance suite:
 * 1. One `started` as soon as the session id is known. A resumed run starts under the token it was given.
 * 2. One `completed`, last. Its token, if any, equals the one in `started`. `run()` does not throw: whatever the engine does
 *    wrong ends in `completed` with `ok: false` and an error that says what to do.
 * 3. `completed` comes when the engine reports its result; cleaning up goes on behind it.
 * 4. Unknown events and fields are passed over without losing their siblings; a malformed line is a `warning` action.
 * 5. When `host.signal` aborts or the iteration is stopped, no process of the run stays behind.
 * 6. The prompt never becomes a flag.
 *
 * @example
 * for await (const event of runner.run(request, host)) {
 *   if (event.type === "completed") return event.answer;
 * }
 */
export interface Runner extends ResumeCodec {
  readonly engine: EngineId;
  readonly capabilities: Capabilities;
  run(request: RunRequest, host: RunHost): AsyncIterable<TakopiEvent>;
  /**
   * Sessions of the directory `cwd` (absolute), newest first, at most some hundred; those begun elsewhere too. Resolves to none where the
   * engine was never used; rejects when its program fails. Present exactly when `capabilities.sessions` is true.
   */
  listSessions?(cwd: string, host: SessionHost): Promise<readonly SessionSummary[]>;
  /**
   * For runners that keep something between runs, such as a process for each session: ends it, and nothing is kept from then on. Called
   * once, when the program ends, also while runs still go on. Resolves when all that no run uses is gone.
   */
  dispose?(): Promise<void>;
  /**
   * For engines that have no program here: whether what they need elsewhere is there, such as a server or a machine. Starts nothing; does
   * not reject.
   */
  check?(host: SessionHost): Promise<EngineCheck>;
}
