import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import type { KeyPath } from "./key-path.ts";
import { DOTTED_KEY, parseKeyPath } from "./key-path.ts";

/** A key with its value, or a table header, and the lines it takes (0-based, both included). */
export interface Statement {
  readonly kind: "key" | "header";
  /** From the root of the file. */
  readonly path: KeyPath;
  /** The key as written. */
  readonly keyText: string;
  readonly start: number;
  readonly end: number;
}

const KEY = new RegExp(String.raw`^\s*(${DOTTED_KEY})\s*=`);
const HEADER = new RegExp(String.raw`^\s*\[\[?\s*(${DOTTED_KEY})\s*\]\]?\s*(?:#.*)?$`);

/** Finds what is where in a valid TOML text. */
export function readStatements(text: string): readonly Statement[] {
  const lines = text.split("\n");
  const statements: Statement[] = [];
  let table: KeyPath = [];
  for (let start = 0; start < lines.length; start += 1) {
    const line = lines[start] ?? "";
    const [, headerText] = HEADER.exec(line) ?? [];
    const [, keyText] = KEY.exec(line) ?? [];
    const path = parseKeyPath(keyText ?? headerText ?? "");
    if (path === undefined) continue;
    if (keyText === undefined) {
      table = path;
      statements.push({ kind: "header", path, keyText: headerText ?? "", start, end: start });
      continue;
    }
    const end = endOfValue(lines, start);
    statements.push({ kind: "key", path: [...table, ...path], keyText, start, end });
    start = end;
  }
  return statements;
}

/** The comment at the end of a line with a key, with the blanks before it; empty when there is none. */
export function commentOf(line: string): string {
  const whole = parse(line);
  for (let hash = line.indexOf("#"); hash !== -1; hash = line.indexOf("#", hash + 1)) {
    const before = line.slice(0, hash).trimEnd();
    if (isDeepStrictEqual(tryParse(before), whole)) return line.slice(before.length);
  }
  return "";
}

/** A value goes on until its lines parse on their own: lists and texts may take many. */
function endOfValue(lines: readonly string[], start: number): number {
  for (let end = start; end < lines.length; end += 1) {
    if (tryParse(lines.slice(start, end + 1).join("\n")) !== undefined) return end;
  }
  return start;
}

function tryParse(text: string): unknown {
  try {
    return parse(text);
  } catch {
    // An unfinished value is what the caller looks for.
    return undefined;
  }
}
