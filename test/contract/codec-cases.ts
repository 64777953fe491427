import { expect } from "vitest";
import type { ResumeToken } from "../../src/domain/event.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { newSession } from "./harness.ts";
import type { ContractCase, RunnerUnderTest } from "./runner-under-test.ts";

interface ResumeLine {
  readonly runner: Runner;
  readonly token: ResumeToken;
  readonly line: string;
}

/** Printing and reading of resume lines. */
export const codecCases: readonly ContractCase[] = [
  resumeCase("its resume line is one line and reads back as the same session", ({ runner, token, line }) => {
    expect(line).not.toMatch(/[\n`]/u);
    expect(runner.isResumeLine(line)).toBe(true);
    expect(runner.extractResume(line)).toEqual(token);
  }),
  resumeCase("its resume line may stand in backticks and between spaces", ({ runner, token, line }) => {
    expect(runner.isResumeLine(`  \`${line}\` `)).toBe(true);
    expect(runner.extractResume(`answer\n\n  \`${line}\` \n`)).toEqual(token);
  }),
  resumeCase("the command of its resume line may be in capitals", ({ runner, token, line }) => {
    const [before = "", after = ""] = line.split(token.value);
    expect(runner.extractResume(before.toUpperCase() + token.value + after.toUpperCase())).toEqual(token);
  }),
  resumeCase("the last of several resume lines wins", ({ runner, token, line }) => {
    const other = runner.formatResume({ ...token, value: `${token.value.slice(0, -1)}${lastChanged(token.value)}` });
    expect(runner.extractResume(`${other}\ntext\n${line}\nmore text`)).toEqual(token);
  }),
  resumeCase("a resume line inside a sentence is none", ({ runner, line }) => {
    expect(runner.isResumeLine(`run ${line} to go on`)).toBe(false);
    expect(runner.extractResume(`run ${line} to go on`)).toBeUndefined();
  }),
  resumeCase("the resume line of another engine is none", ({ runner, token }) => {
    const line = `someother --resume ${token.value}`;
    expect(runner.isResumeLine(line)).toBe(false);
    expect(runner.extractResume(line)).toBeUndefined();
  }),
  resumeCase("it does not print sessions of another engine", ({ runner, token }) => {
    expect(() => runner.formatResume({ ...token, engine: "someother" })).toThrow(/someother/u);
  }),
];

function resumeCase(title: string, check: (line: ResumeLine) => void): ContractCase {
  return { title, check: async (subject) => check(await resumeLineOf(subject)) };
}

async function resumeLineOf(subject: RunnerUnderTest): Promise<ResumeLine> {
  const runner = await subject.createRunner();
  const token = await newSession(subject, runner);
  return { runner, token, line: runner.formatResume(token) };
}

function lastChanged(value: string): string {
  return value.endsWith("0") ? "1" : "0";
}
