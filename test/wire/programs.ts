import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { startSubprocess, type Subprocess, type SubprocessRequest } from "../../src/wire/subprocess.ts";

let started = 0;

export function programPath(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/programs/${name}`, import.meta.url));
}

/** A request for one of fixtures/programs, under a run id that no other test has. */
export function requestFor(name: string, args: readonly string[] = []): SubprocessRequest {
  started += 1;
  return {
    command: process.execPath,
    args: [programPath(name), ...args],
    cwd: tmpdir(),
    env: { PATH: process.env["PATH"] ?? "" },
    runId: `test-${process.pid}-${started}`,
  };
}

/** Starts one of fixtures/programs, gives it to the test, and checks that nothing of it is left behind. */
export async function withProgram(
  name: string,
  args: readonly string[],
  use: (child: Subprocess, runId: string) => Promise<void>,
): Promise<void> {
  const request = requestFor(name, args);
  const child = await startSubprocess(request);
  try {
    await use(child, request.runId);
  } finally {
    await child.stop({ termGraceMs: 0 });
  }
  expect(isRunning(child.identity.pid)).toBe(false);
  expect(marked(request.runId)).toEqual([]);
}

export async function readLines(child: Subprocess): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of child.lines) lines.push(line.kind === "line" ? line.text : `oversize ${line.bytes}`);
  return lines;
}

/** The next line of a program that goes on; reading goes on behind it with the returned iterator. */
export async function nextLine(
  lines: AsyncIterator<{ readonly kind: string; readonly text?: string }>,
): Promise<string> {
  const { value } = await lines.next();
  return value?.text ?? "";
}

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** The processes that bear the mark of a run. */
export function marked(runId: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(`TAKOPI_RUN_ID=${runId}`) && isRunning(pid));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}
