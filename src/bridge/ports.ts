import type { EngineId } from "../domain/event.ts";
import type { IncomingFile } from "../domain/incoming.ts";
import type { RunId } from "../domain/run.ts";
import type { Runner, RunRecord, RunRequest } from "../runner/runner.ts";
import type { RecordedProcess } from "./store-port.ts";

/** Time, so that tests can step it. All values are milliseconds. */
export interface Clock {
  now(): number;
  /** Runs once after `delayMs`; returns how to call it off. */
  setTimer(delayMs: number, run: () => void): () => void;
}

/** The processes of runs, as far as the bridge has to do with them. */
export interface Processes {
  /**
   * Ends these processes with all their descendants, those marked with the run's id included, and resolves when none is left.
   * A pid whose start mark differs is somebody else's and is left alone.
   */
  endRecorded(processes: readonly RecordedProcess[]): Promise<void>;
  /** Ends everything marked with the id of one of these runs, recorded or not. Resolves when none is left. */
  endMarked(runIds: readonly RunId[]): Promise<void>;
}

/** What engines that survive the end of this program leave behind for the next one. */
export interface RunRecords {
  /** A new record for a run whose engine is about to be started, in place of an earlier one; undefined where runs are not to survive. */
  begin(request: RunRequest): RunRecord | undefined;
  /** The request of a run whose engine was started and may be taken up, to be given to `Runner.run` once more. */
  find(runId: RunId): RunRequest | undefined;
  /** Whether there is a record of the run and its engine has certainly not got the prompt: it may be started anew. */
  isUnbegun(runId: RunId): boolean;
  /** The runs of which there is anything. */
  runIds(): readonly RunId[];
  remove(runId: RunId): void;
}

/** One file and where it is to go. */
export interface FileRequest {
  readonly file: IncomingFile;
  /** The directory the run works in. Absolute. */
  readonly cwd: string;
  /** Names this file among those that are on their way; letters, digits and `-`. */
  readonly key: string;
}

/** Files that people sent. */
export interface Files {
  /**
   * Brings a file into the folder for such files in `cwd`, under its own name or, where that is taken, one like it. Resolves to its absolute
   * path when all of it is there. Rejects with `FileError`, or because `signal` aborted; nothing of it is left then.
   */
  fetch(request: FileRequest, signal: AbortSignal): Promise<string>;
}

/** The engines this bot has, as far as runs need them. */
export interface EngineSource {
  /** Every engine that could be built, for reading resume lines; also those whose program is missing. */
  readonly runners: readonly Runner[];
  /** Only when the engine can run now. */
  runner(id: EngineId): Runner | undefined;
  /** One sentence for the user: why `runner(id)` is undefined and what to do. */
  whyUnavailable(id: EngineId): string;
  /** The environment for the engine's processes. */
  environment(id: EngineId): Readonly<Record<string, string>>;
}

/** Structured log; the adapter redacts tokens and secrets. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
