import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { constants } from "node:os";
import type { ProcessIdentity } from "../domain/process.ts";
import { DirectoryWatch } from "./directory-watch.ts";
import { followFile } from "./follow-file.ts";
import { splitLines } from "./lines.ts";
import { identifyProcess, isRunning } from "./process-table.ts";
import { watchTrees } from "./process-tree.ts";
import { RunDirectory } from "./run-directory.ts";
import { startRunShell } from "./run-shell.ts";
import { lastLines } from "./stderr-tail.ts";
import {
  enterGroup,
  type ProcessExit,
  type StopOptions,
  type Subprocess,
  type SubprocessRequest,
  tryInterrupt,
} from "./subprocess.ts";

/** What is kept beside a recorded program, for the program that takes it up. */
export interface ProgramNotes {
  /** Keeps a text under a name (of letters, digits, `-`, `_` and `.`). What can't be kept is forgotten. */
  write(name: string, text: string): void;
  /** Undefined where nothing was kept. */
  read(name: string): string | undefined;
}

/** A program whose output and input are in files, so that it goes on when this one ends, and the next one can take it up. */
export interface RecordedSubprocess extends Subprocess {
  /** What it was told before, by the programs that had it earlier. Empty for one that was just started. */
  readonly told: readonly string[];
  /** How many of its lines had been read when it was told each of these: what was said to `write`, else 0. */
  readonly toldAfter: readonly number[];
  readonly notes: ProgramNotes;
  /** Resolves when the reader of `lines` has taken all that was printed before, and asks for more. At once for one just started. */
  readonly caughtUp: Promise<void>;
  /** Whether it went away without a trace of how: the machine was restarted, or everything was killed at once. */
  isLost(): boolean;
  /** Notes that it is being ended, so that no later program takes it up. */
  giveUp(): void;
}

/**
 * What there is in a directory that was given to `startRecorded`. `unbegun`: whatever was started there was told nothing. `begun`: it was,
 * and may be taken up, also when it has ended. `closed`: it was told to end, or is not recorded there.
 */
export function recordState(directory: string): "unbegun" | "begun" | "closed" {
  const record = new RunDirectory(directory);
  if (record.isClosed()) return "closed";
  return record.hasTold() ? "begun" : "unbegun";
}

const defaultGraceMs = 3000;
/** How often a process is looked for that does not say that it ended. */
const lookMs = 1000;

/**
 * Starts a program whose output goes to files in `directory` (absolute, existing, empty, for this user alone). Throws `SpawnError` when
 * it can't be started; resolves to undefined where the system lacks what this takes: then start it with pipes.
 */
export async function startRecorded(
  request: SubprocessRequest,
  directory: string,
): Promise<RecordedSubprocess | undefined> {
  if (process.platform === "win32") return undefined;
  const record = new RunDirectory(directory);
  try {
    await record.prepare();
  } catch {
    // No named pipes here.
    record.close();
    return undefined;
  }
  const shell = await startRunShell(request, record);
  const identity = await identifyProcess(shell.pid);
  record.setIdentity(identity);
  void enterGroup(request.runId, { pid: shell.pid, hasExited: shell.ended });
  return follow(record, { identity, runId: request.runId, ownsGroup: true, ended: shell.ended });
}

/**
 * Takes up a program that an earlier one started with `startRecorded`: `lines` gives all it ever printed, from the beginning. It may have
 * ended meanwhile. Throws when none was started there.
 */
export function attachRecorded(runId: string, directory: string): RecordedSubprocess {
  const record = new RunDirectory(directory);
  const identity = record.identity();
  if (identity === undefined) throw new Error(`no program was started in ${directory}`);
  return follow(record, { identity, runId, ownsGroup: false });
}

interface Followed {
  readonly identity: ProcessIdentity;
  readonly runId: string;
  readonly ownsGroup: boolean;
  /** Resolves when the process is gone, where this program is its parent. */
  readonly ended?: Promise<unknown>;
}

function follow(record: RunDirectory, followed: Followed): RecordedSubprocess {
  const { identity, runId, ownsGroup } = followed;
  const watch = new DirectoryWatch(record.path);
  const tree = watchTrees([{ ...identity, runId, ownsGroup }]);
  const ending = new Ending(record, identity, watch);
  const exited = ending.wait();
  void followed.ended?.then(() => ending.lookNow());
  let onCaughtUp = (): void => {};
  const caughtUp = new Promise<void>((resolve) => (onCaughtUp = resolve));
  const hasEnded = (): boolean => ending.exit !== undefined;
  let stopping: Promise<ProcessExit> | undefined;

  async function stop({ interrupt, interruptGraceMs, termGraceMs }: StopOptions): Promise<ProcessExit> {
    if (interrupt !== undefined && !hasEnded()) {
      await tree.look();
      await tryInterrupt({ interrupt, exited, graceMs: interruptGraceMs ?? defaultGraceMs });
    }
    await tree.end(termGraceMs ?? defaultGraceMs);
    ending.lookNow();
    const exit = await exited;
    watch.close();
    return exit;
  }

  const end = (options: StopOptions = {}): Promise<ProcessExit> => (stopping ??= stop(options));

  async function write(text: string, linesRead?: number): Promise<boolean> {
    const isTaken = tell(record, text, linesRead);
    // It would wait for ever for what it was not told.
    if (isTaken === undefined) await end();
    return isTaken ?? false;
  }

  return {
    identity,
    told: record.told(),
    toldAfter: record.toldAfter(),
    notes: {
      write: (name, text) => attempt(() => record.note(name, text)),
      read: (name) => attempt(() => record.noted(name)),
    },
    caughtUp,
    lines: splitLines(followFile(record.file("stdout"), { watch, hasEnded, onCaughtUp })),
    write,
    endInput: () => attempt(() => record.endInput()),
    stderrTail: () => attempt(() => tailOf(record.file("stderr"))) ?? "",
    exited,
    isLost: () => ending.isLost,
    giveUp: () => attempt(() => record.close()),
    stop: end,
  };
}

/** Waits for the end of a process that may be another one's child. */
class Ending {
  exit: ProcessExit | undefined;
  isLost = false;
  readonly #record: RunDirectory;
  readonly #identity: ProcessIdentity;
  readonly #watch: DirectoryWatch;
  #lookAt = 0;

  constructor(record: RunDirectory, identity: ProcessIdentity, watch: DirectoryWatch) {
    this.#record = record;
    this.#identity = identity;
    this.#watch = watch;
  }

  /** The process is likely to be gone. */
  lookNow(): void {
    this.#lookAt = 0;
    this.#watch.wake();
  }

  async wait(): Promise<ProcessExit> {
    for (;;) {
      const { version } = this.#watch;
      const exit = this.#noted() ?? (await this.#vanished());
      if (exit !== undefined) {
        this.exit = exit;
        this.#watch.wake();
        return exit;
      }
      await this.#watch.changedSince(version);
    }
  }

  #noted(): ProcessExit | undefined {
    const code = this.#record.exitCode();
    return code === undefined ? undefined : exitFrom(code);
  }

  /** Asking the system is not as cheap everywhere as on Linux. */
  async #vanished(): Promise<ProcessExit | undefined> {
    if (performance.now() < this.#lookAt) return undefined;
    this.#lookAt = performance.now() + lookMs;
    if (await isRunning(this.#identity)) return undefined;
    // Looked for again: the exit code is noted before the process goes.
    const exit = this.#noted();
    this.isLost = exit === undefined;
    return exit ?? { kind: "signalled", signal: "SIGKILL" };
  }
}

function exitFrom(code: number): ProcessExit {
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? [];
  return signal === undefined ? { kind: "exited", code } : { kind: "signalled", signal };
}

/** Undefined when it takes input and could not be told. */
function tell(record: RunDirectory, text: string, linesRead: number | undefined): boolean | undefined {
  if (record.isDeaf() || record.exitCode() !== undefined) return false;
  return attempt(() => (record.tell(text, linesRead), true));
}

/** The disk may be full, and the directory is gone when the run is over. */
function attempt<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch {
    return undefined;
  }
}

const tailBytes = 8 * 1024;

function tailOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return lastLines(buffer, size > tailBytes);
  } finally {
    closeSync(file);
  }
}
