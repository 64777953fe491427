import { expect } from "vitest";
import { play } from "./harness.ts";
import type { ContractCase } from "./runner-under-test.ts";

const prompts: Readonly<Record<string, string>> = {
  "that looks like a flag": "--help",
  "that looks like a short flag with a value": "-p x --model=y",
  "of two dashes": "--",
  "of digits only": "12345",
  "that is empty": "",
  "of many lines": "first\n\n  third, indented\n\ttabbed\nlast",
  "with quotes, backslashes and dollars": `"double" 'single' \\n $HOME \`id\` %s`,
  "with emoji, right-to-left text and line separators": "👩‍👩‍👧 שלום \u2028 \u2029 ￿",
  "that begins with a slash or an at": "/status @file.txt",
  "of 100 kB": "0123456789abcdef ".repeat(6_100).trim(),
};

/** Prompts that programs like to mistake for something else. */
export const promptCases: readonly ContractCase[] = Object.entries(prompts).map(([name, text]) => ({
  title: `a prompt ${name} arrives intact`,
  check: async (subject) => {
    const { echo } = subject.cases;
    const events = await play(subject, echo.prompt?.(text) ?? text);
    expect(echo.received(events)).toBe(text);
  },
}));
