import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { SpawnError, startSubprocess, type ProcessExit, type Subprocess } from "./subprocess.ts";

/** A helper program to run to its end, without input. */
interface CommandRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: the directory this program runs in. */
  readonly cwd?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** `output`: stdout, or stderr when stdout is empty. `problem`: why `ok` is false, for people. */
export interface CommandResult {
  readonly ok: boolean;
  readonly output: string;
  readonly problem?: string;
}

const maxOutputChars = 64 * 1024;
const termGraceMs = 500;

/**
 * Runs a short program such as `claude --version`. Never throws. The output is cut at 64 Ki characters and comes without blank
 * lines. A program that takes longer than the timeout is ended with all it started.
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  const { command, args, cwd = process.cwd(), env, timeoutMs } = request;
  let child: Subprocess;
  try {
    child = await startSubprocess({ command, args, cwd, env, runId: `command-${randomUUID()}` });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return { ok: false, output: "", problem: error.message };
  }
  child.endInput();
  const output = collectOutput(child);
  if (await exitsWithin(child, timeoutMs)) return resultOf(command, await output, await child.exited);
  await child.stop({ termGraceMs });
  return { ok: false, output: await output, problem: `${command} did not end within ${timeoutMs} ms` };
}

async function collectOutput(child: Subprocess): Promise<string> {
  const lines: string[] = [];
  let chars = 0;
  for await (const line of child.lines) {
    const text = line.kind === "line" ? line.text : line.head;
    if (chars < maxOutputChars) lines.push(text);
    chars += text.length + 1;
  }
  // Only then is stderr complete.
  await child.exited;
  const output = lines.length > 0 ? lines.join("\n") : child.stderrTail();
  return output.slice(0, maxOutputChars);
}

async function exitsWithin(child: Subprocess, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const timeOver = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  const inTime = await Promise.race([child.exited.then(() => true), timeOver]);
  timer.abort();
  return inTime;
}

function resultOf(command: string, output: string, exit: ProcessExit): CommandResult {
  if (exit.kind === "signalled") return { ok: false, output, problem: `${command} was ended by ${exit.signal}` };
  if (exit.code !== 0) return { ok: false, output, problem: `${command} exited with code ${exit.code}` };
  return { ok: true, output };
}
