import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { ResumeToken } from "../../src/domain/event.ts";
import type { ResumeCodec } from "../../src/runner/runner.ts";
import { engine } from "./state.ts";

/** A value with spaces stands in quotes; without them it may have spaces only as the path of a session's file. */
const values = /"[^"]+"|'[^']+'|[^\s"'`]+|[^"'`]+\.jsonl/u;

const quotedCodec = createResumeCodec({
  engine,
  print: (value) => `pi --session ${quoted(value)}`,
  pattern: new RegExp(`pi\\s+--session(?:\\s+|=)(?<token>${values.source})`, "u"),
});

/** `pi --session <id, beginning of an id, or path>`, as the original prints and reads it. */
export const resumeCodec: ResumeCodec = {
  formatResume: (token) => quotedCodec.formatResume(token),
  extractResume: (text) => lastUnquoted(text),
  isResumeLine: (line) => lastUnquoted(line) !== undefined,
};

function lastUnquoted(text: string): ResumeToken | undefined {
  const token = quotedCodec.extractResume(text);
  const value = token?.value.replace(/^(["'])(.*)\1$/u, "$2");
  return value === undefined || value.startsWith("-") ? undefined : { engine, value };
}

function quoted(value: string): string {
  if (!/[\s"']/u.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
