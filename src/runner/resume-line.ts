import type { EngineId, ResumeToken } from "../domain/event.ts";
import type { ResumeCodec } from "./runner.ts";

export interface ResumeLineForm {
  readonly engine: EngineId;
  /** The engine's own terminal command for a token value, without backticks. */
  readonly print: (value: string) => string;
  /** Matches the same command and captures the value as `token`. Anchors, backticks and case are taken care of. */
  readonly pattern: RegExp;
}

/**
 * A codec for engines whose resume line is a whole line of its own: case-insensitive, optionally in backticks, with spaces around.
 * A value that starts with `-` is no session: it would become a flag of the engine.
 *
 * @example
 * createResumeCodec({
 *   engine: "pi",
 *   print: (value) => `pi --resume ${value}`,
 *   pattern: /pi\s+--resume\s+(?<token>[^`\s]+)/,
 * });
 */
export function createResumeCodec({ engine, print, pattern }: ResumeLineForm): ResumeCodec {
  const wholeLine = new RegExp(`^(?:${pattern.source})$`, "i");
  const tokenOf = (line: string): ResumeToken | undefined => {
    const value = wholeLine.exec(withoutBackticks(line))?.groups?.["token"];
    return value === undefined || value.startsWith("-") ? undefined : { engine, value };
  };
  return {
    formatResume(token) {
      if (token.engine !== engine) throw new Error(`a session of ${token.engine} can't be resumed by ${engine}`);
      return print(token.value);
    },
    extractResume: (text) => lastDefined(linesOf(text), tokenOf),
    isResumeLine: (line) => tokenOf(line) !== undefined,
  };
}

/** The token of the last resume line of any engine in `text`. */
export function findResume(text: string, codecs: readonly ResumeCodec[]): ResumeToken | undefined {
  return lastDefined(linesOf(text), (line) => codecs.find((codec) => codec.isResumeLine(line))?.extractResume(line));
}

/** `text` without the resume lines of any engine. Text without such lines comes back unchanged, otherwise trimmed. */
export function stripResumeLines(text: string, codecs: readonly ResumeCodec[]): string {
  const lines = linesOf(text);
  const kept = lines.filter((line) => !codecs.some((codec) => codec.isResumeLine(line)));
  return kept.length === lines.length ? text : kept.join("\n").trim();
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/u);
}

function withoutBackticks(line: string): string {
  return line.trim().replace(/^`+/u, "").replace(/`+$/u, "").trim();
}

function lastDefined<T>(lines: readonly string[], read: (line: string) => T | undefined): T | undefined {
  for (const line of lines.toReversed()) {
    const found = read(line);
    if (found !== undefined) return found;
  }
  return undefined;
}
