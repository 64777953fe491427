import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hasLimitMark, limitMarkOf, withLimitMark } from "../../src/wire/run-mark.ts";
import { nextLine, withProgram } from "./programs.ts";

const env = { PATH: process.env["PATH"] ?? "" };
const place = { cwd: "/", env, runId: "r" };

test("runs have different marks, each one a time that no program lives to see", () => {
  const marks = ["a", "b", "c"].map(limitMarkOf);
  expect(new Set(marks).size).toBe(3);
  expect(marks).toEqual(["a", "b", "c"].map(limitMarkOf));
  for (const mark of marks) {
    expect(BigInt(mark)).toBeGreaterThanOrEqual(1n << 60n);
    expect(BigInt(mark)).toBeLessThan(1n << 62n);
  }
});

test("a program that is started bears the mark", async ({ skip }) => {
  if (!(await hasLimitMark())) skip("there is no prlimit here");
  await withProgram("forever.mjs", [], async (child, runId) => {
    await nextLine(child.lines[Symbol.asyncIterator]());
    const limits = readFileSync(`/proc/${child.identity.pid}/limits`, "utf8");
    expect(limits).toMatch(new RegExp(`^Max realtime timeout +${limitMarkOf(runId)} +unlimited`, "m"));
  });
});

test("what can't be started is left as it is, so that the system says why", async () => {
  for (const command of ["no-such-program-here", "/no/such/program", "/etc/passwd"]) {
    expect(await withLimitMark({ command, args: ["x"], ...place })).toEqual({ command, args: ["x"] });
  }
});

test("arguments that look like options are the program's own", async ({ skip }) => {
  if (!(await hasLimitMark())) skip("there is no prlimit here");
  const { args } = await withLimitMark({ command: "node", args: ["--version", "--"], ...place });
  expect(args.slice(1)).toEqual(["--", "node", "--version", "--"]);
});
