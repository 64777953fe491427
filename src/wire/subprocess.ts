import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { setImmediate, setTimeout as delay } from "node:timers/promises";
import type { execa as Execa } from "execa";
import type { ProcessIdentity } from "../domain/process.ts";
import { runGroups } from "./cgroup.ts";
import { splitLines, type OutputLine } from "./lines.ts";
import { readOutput } from "./output.ts";
import { identifyProcess } from "./process-table.ts";
import { watchTrees } from "./process-tree.ts";
import { runIdVariable, withLimitMark } from "./run-mark.ts";
import { explainSpawnFailure, type SpawnFailure } from "./spawn-failure.ts";
import { keepTail } from "./stderr-tail.ts";

/** A program to start, in a process group of its own. */
export interface SubprocessRequest {
  /** A name looked up on the PATH of `env`, or a path; a relative one is relative to `cwd`. */
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute path. */
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Marks the process and every descendant, as TAKOPI_RUN_ID in their environment. */
  readonly runId: string;
}

/** How a process ended. */
export type ProcessExit =
  { readonly kind: "exited"; readonly code: number } | { readonly kind: "signalled"; readonly signal: string };

/** How gently to stop a process. */
export interface StopOptions {
  /** Asks the engine to end, in its own protocol. What it throws does not matter: signals follow. */
  readonly interrupt?: () => void | Promise<void>;
  /** How long the engine may take to exit after `interrupt`. Default 3000. */
  readonly interruptGraceMs?: number;
  /** How long after SIGTERM until SIGKILL. Default 3000. */
  readonly termGraceMs?: number;
}

/** A running program and the three pipes to it. The one who started it calls `stop()` in the end, also when it exited by itself. */
export interface Subprocess {
  /** Enough to end it after a restart, with `endRecordedProcesses`. */
  readonly identity: ProcessIdentity;
  /**
   * Its stdout, read only as fast as it is iterated; to be iterated once. Ends with the stream, or some 250 ms after the process
   * exited although a descendant still holds the pipe. Leaving the iteration early lets the rest be read and dropped.
   */
  readonly lines: AsyncIterable<OutputLine>;
  /**
   * Writes to stdin. Resolves when the system took it: false when the process takes no more input. Never throws. `linesRead`: how many of
   * its lines were read by now, for programs that are recorded.
   */
  write(text: string, linesRead?: number): Promise<boolean>;
  /** Closes stdin after what was written. */
  endInput(): void;
  /** The last 8 KB of stderr so far, whole lines. */
  stderrTail(): string;
  /** Resolves when the process is gone and its stderr read, as far as it alone held it. Descendants may live on. */
  readonly exited: Promise<ProcessExit>;
  /**
   * Ends the process and every descendant, also those in other groups and sessions: interrupt, SIGTERM to the group, SIGKILL.
   * Resolves when all are gone. May be called at any time and more than once; the options of the first call count.
   */
  stop(options?: StopOptions): Promise<ProcessExit>;
}

/** The program could not be started. The message says what to do. */
export class SpawnError extends Error {
  readonly reason: SpawnFailure["reason"];
  constructor({ reason, message }: SpawnFailure, options?: ErrorOptions) {
    super(message, options);
    this.name = "SpawnError";
    this.reason = reason;
  }
}

const defaultGraceMs = 3000;
/** How long stderr is waited for after the exit; only a descendant that holds it makes it last that long. */
const stderrGraceMs = 50;

/**
 * Starts a program. Throws `SpawnError` when that fails.
 *
 * @example
 * const engine = await startSubprocess({ command: "codex", args: ["app-server"], cwd, env, runId });
 * try {
 *   for await (const line of engine.lines) handle(line);
 * } finally {
 *   await engine.stop();
 * }
 */
export async function startSubprocess(request: SubprocessRequest): Promise<Subprocess> {
  const { child } = await spawnChild(request);
  const { pid, stdin, stdout, stderr } = child;
  const hasExited = exitOf(child);
  const identity = await identifyProcess(pid);
  const stderrTail = keepTail(stderr);
  void enterGroup(request.runId, { pid, hasExited });
  const exited = Promise.all([hasExited, endOf(stderr, hasExited)]).then(([exit]) => exit);
  const tree = watchTrees([{ ...identity, runId: request.runId, ownsGroup: true }]);
  let stopping: Promise<ProcessExit> | undefined;

  async function stop({ interrupt, interruptGraceMs, termGraceMs }: StopOptions): Promise<ProcessExit> {
    if (interrupt !== undefined && isRunning(child)) {
      await tree.look();
      await tryInterrupt({ interrupt, exited: hasExited, graceMs: interruptGraceMs ?? defaultGraceMs });
    }
    await tree.end(termGraceMs ?? defaultGraceMs);
    return await exited;
  }

  return {
    identity,
    lines: splitLines(readOutput(stdout, hasExited)),
    write: (text) => writeText(stdin, text),
    endInput: () => void stdin.end(),
    stderrTail,
    exited,
    stop: (options = {}) => (stopping ??= stop(options)),
  };
}

interface SpawnedChild extends ChildProcessWithoutNullStreams {
  readonly pid: number;
}

/** Wrapped, because a child of execa is also a promise of its end. */
async function spawnChild(request: SubprocessRequest): Promise<{ readonly child: SpawnedChild }> {
  let cause: unknown;
  try {
    // Loaded with the first program that is started: it is a third of what this one has to load before it can poll.
    const { execa } = await import("execa");
    const child = openChild(execa, { ...request, ...(await withLimitMark(request)) });
    if (hasStarted(child)) return { child };
    ({ cause } = await child);
  } catch (error) {
    // What execa itself refuses, such as a NUL character in an argument.
    cause = error;
  }
  throw new SpawnError(await explainSpawnFailure(request, cause), { cause });
}

/** Execa knows what Windows calls a program, too. Reading, ending and failing are this module's own. */
const openChild = (execa: typeof Execa, { command, args, cwd, env, runId }: SubprocessRequest) =>
  execa(command, args, {
    cwd,
    env: { ...env, [runIdVariable]: runId },
    extendEnv: false,
    detached: true,
    buffer: false,
    cleanup: false,
    reject: false,
  });

/** In the background: the kernel takes some 10 ms for it now and then. What was started before is found by the marks. */
export async function enterGroup(runId: string, child: { pid: number; hasExited: Promise<unknown> }): Promise<void> {
  let isThere = true;
  void child.hasExited.then(() => (isThere = false));
  const groups = await runGroups();
  await groups?.enter(runId, child.pid, () => isThere);
  await child.hasExited;
  await groups?.remove([runId]);
}

function hasStarted(child: { readonly pid?: number | undefined }): child is SpawnedChild {
  return child.pid !== undefined;
}

function isRunning(child: ChildProcessWithoutNullStreams): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function exitOf(child: ChildProcessWithoutNullStreams): Promise<ProcessExit> {
  // What remains after the start are failed signals and writes: both show elsewhere.
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "signalled", signal });
    });
  });
}

async function endOf(stderr: Readable, exited: Promise<unknown>): Promise<void> {
  const ended = new Promise((resolve) => stderr.once("close", resolve));
  await exited;
  // After a stall of the event loop the timer comes before what is there to be read, and the immediate after it.
  const graceOver = delay(stderrGraceMs).then(() => setImmediate());
  await Promise.race([ended, graceOver]);
}

function writeText(stdin: Writable, text: string): Promise<boolean> {
  if (!stdin.writable) return Promise.resolve(false);
  return new Promise((resolve) => {
    stdin.write(text, (error) => resolve(error === null || error === undefined));
  });
}

/** Asks in the engine's own way, and waits until it is gone or the grace is over. */
export async function tryInterrupt(attempt: {
  readonly interrupt: () => void | Promise<void>;
  readonly exited: Promise<unknown>;
  readonly graceMs: number;
}): Promise<void> {
  const timer = new AbortController();
  const graceOver = delay(attempt.graceMs, undefined, { signal: timer.signal }).catch(() => {});
  // An engine that can't be asked may be on its way out: it is waited for all the same.
  void Promise.resolve()
    .then(attempt.interrupt)
    .catch(() => {});
  await Promise.race([attempt.exited, graceOver]);
  timer.abort();
}
