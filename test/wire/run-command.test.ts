import { expect, test } from "vitest";
import { runCommand, type CommandResult } from "../../src/wire/run-command.ts";
import { isRunning, programPath } from "./programs.ts";

const timeoutMs = 15_000;
const env = { PATH: process.env["PATH"] ?? "" };

async function runProgram(name: string, args: readonly string[], limitMs: number = timeoutMs): Promise<CommandResult> {
  return await runCommand({ command: "node", args: [programPath(name), ...args], env, timeoutMs: limitMs });
}

test("the output of a program that succeeds is its stdout", async () => {
  const result = await runCommand({ command: "node", args: ["--version"], env, timeoutMs });
  expect(result).toEqual({ ok: true, output: process.version });
});

test("a program that fails says how, and keeps its output", async () => {
  expect(await runProgram("exit-with.mjs", ["3"])).toEqual({
    ok: false,
    output: "so far so good",
    problem: "node exited with code 3",
  });
});

test("stderr is the output of a program that prints nothing else", async () => {
  const result = await runCommand({ command: "sh", args: ["-c", "echo 1.2.3 >&2"], env, timeoutMs });
  expect(result).toEqual({ ok: true, output: "1.2.3" });
});

test("a program that waits for input gets none", async () => {
  expect(await runProgram("echo-input.mjs", [])).toEqual({ ok: true, output: '{"text":""}' });
});

test("a missing program is a result, not an error", async () => {
  const result = await runCommand({ command: "no-such-engine", args: [], env, timeoutMs });
  expect(result).toMatchObject({ ok: false, output: "", problem: expect.stringContaining("not found on PATH") });
});

test("a program that takes too long is ended with all it started", async () => {
  const result = await runProgram("leave-child.mjs", ["ignore", "marked", "stay"], 300);
  expect(result).toMatchObject({ ok: false, problem: "node did not end within 300 ms" });
  expect(result.output).toMatch(/^\d+$/);
  expect(isRunning(Number(result.output))).toBe(false);
});

test("the output is bounded", async () => {
  const result = await runProgram("count-up.mjs", ["1000"]);
  expect(result.ok).toBe(true);
  expect(result.output.length).toBeGreaterThan(60_000);
  expect(result.output.length).toBeLessThanOrEqual(64 * 1024);
});
