import type { ApprovalRequest } from "../domain/decision.ts";
import type { EngineId } from "../domain/event.ts";
import type { ProcessIdentity } from "../domain/process.ts";
import type { RunId } from "../domain/run.ts";
import type { Runner } from "../runner/runner.ts";

/** The engines a client may run. */
export interface HappiEngines {
  /** All there are, also those that can't run now. */
  readonly ids: readonly EngineId[];
  /** Only when the engine can run now. */
  runner(id: EngineId): Runner | undefined;
  /** One sentence for people: why `runner(id)` is undefined and what to do. */
  whyUnavailable(id: EngineId): string;
  environment(id: EngineId): Readonly<Record<string, string>>;
  /** Whether the configuration allows it without asking. */
  isAllowed(id: EngineId, request: ApprovalRequest): boolean;
}

/** What the runtime may use of the program around it. */
export interface HappiHost {
  /** Of this program. */
  readonly version: string;
  /** Absolute path of the directory that runs without one of their own work in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when everything is to end. */
  readonly signal: AbortSignal;
  /** Asked when a request names an engine. Rejects when the configuration has mistakes; the message is for people. */
  engines(): Promise<HappiEngines>;
  newRunId(): RunId;
  processStarted(process: ProcessIdentity, runId: RunId): void;
  /** The text without what no client may see. */
  cover(text: string): string;
  /** For the log: standard output belongs to the events. */
  warn(message: string): void;
}
