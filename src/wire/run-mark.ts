import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, open } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { findExecutable } from "./find-executable.ts";

/** The environment variable that marks a process, and all it starts, as part of a run. */
export const runIdVariable = "TAKOPI_RUN_ID";

/** A program as it is to be started. */
interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

interface MarkRequest extends Command {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly runId: string;
}

const run = promisify(execFile);
const prlimitPaths = ["/usr/bin/prlimit", "/bin/prlimit", "/usr/sbin/prlimit"];
const probeMs = 2000;

/**
 * The second mark of a run: a value for RLIMIT_RTTIME, in microseconds. A limit passes to every descendant, and neither an empty
 * environment nor a new session nor the loss of the parent takes it away; only a program that sets this very limit does, which
 * those with realtime audio do. The value is some 36,000 years, so that it limits nothing.
 */
export function limitMarkOf(runId: string): string {
  const hash = createHash("sha256").update(runId).digest();
  return String((1n << 60n) + BigInt(hash.readUIntBE(0, 6)));
}

/**
 * The program wrapped in `prlimit`, which sets the mark and becomes the program. As it was where that is not to be had (not Linux, no
 * util-linux, a lower limit), and where the program can't be started, so that the system's own error is seen.
 */
export async function withLimitMark(request: MarkRequest): Promise<Command> {
  const { command, args, runId } = request;
  const prlimit = await (foundPrlimit ??= findPrlimit());
  if (prlimit === undefined || !(await canStart(request))) return { command, args };
  return { command: prlimit, args: [`--rttime=${limitMarkOf(runId)}:`, "--", command, ...args] };
}

/** Whether programs can be given the mark here. */
export async function hasLimitMark(): Promise<boolean> {
  return (await (foundPrlimit ??= findPrlimit())) !== undefined;
}

let foundPrlimit: Promise<string | undefined> | undefined;

/** Tried once, because a lower hard limit would have it refuse every program. */
async function findPrlimit(): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  for (const path of prlimitPaths) {
    if (await setsMark(path)) return path;
  }
  return undefined;
}

async function setsMark(prlimit: string): Promise<boolean> {
  const mark = limitMarkOf("probe");
  try {
    await access(prlimit, constants.X_OK);
    const probe = [`--rttime=${mark}:`, "--", "cat", "/proc/self/limits"];
    return (await run(prlimit, probe, { timeout: probeMs })).stdout.includes(` ${mark} `);
  } catch {
    // Not there, or not allowed to: programs are started without this mark.
    return false;
  }
}

async function canStart({ command, cwd, env }: MarkRequest): Promise<boolean> {
  const path = command.includes("/") ? resolve(cwd, command) : command;
  const found = await findExecutable(path, env["PATH"] ?? "");
  return found.kind === "found" && (await hasInterpreter(found.path));
}

/** A script whose first line names a program that is not there can't be started either. */
async function hasInterpreter(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
      const [, interpreter] = /^#![ \t]*([^\s]+)/.exec(buffer.toString("latin1", 0, bytesRead)) ?? [];
      if (interpreter !== undefined) await access(interpreter, constants.X_OK);
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    // A program may be executable and yet not readable.
    return error instanceof Error && "syscall" in error && error.syscall === "open";
  }
}
