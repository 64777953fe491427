import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import type { KeyPath, Table } from "./key-path.ts";
import {
  formatKeyPath,
  isSamePath,
  isTable,
  startsWithPath,
  valueAt,
  withoutValueAt,
  withValueAt,
} from "./key-path.ts";
import type { Move } from "./migrations.ts";
import type { Statement } from "./toml-statements.ts";
import { commentOf, readStatements } from "./toml-statements.ts";
import { printTable, printValue } from "./toml-text.ts";

/**
 * The text with one value set. Everything else stays as it is, comments included. Where no small edit gives the right table
 * (rare forms, such as a table spread over dotted keys) the whole is printed anew, without comments.
 */
export function setInText(text: string, path: KeyPath, value: unknown): string {
  const wanted = withValueAt(parse(text), path, value);
  const candidates = [replaceStatement, replaceInline, insertIntoTable, appendTable];
  const edited = candidates.map((edit) => edit(text, path, value));
  return edited.find((candidate) => candidate !== undefined && makes(candidate, wanted)) ?? printTable(wanted);
}

/** The text without one key or table, and without the tables this leaves empty. */
export function unsetInText(text: string, path: KeyPath): string {
  const wanted = withoutValueAt(parse(text), path);
  const edited = pruneHeaders(removeStatements(text, path), wanted);
  if (makes(edited, wanted)) return edited;
  const parent = path.slice(0, -1);
  const inline = valueAt(wanted, parent);
  const replaced = inline === undefined ? unsetInlineParent(text, parent) : replaceStatement(text, parent, inline);
  return replaced !== undefined && makes(replaced, wanted) ? replaced : printTable(wanted);
}

/** The text with a key under its new name. */
export function moveInText(text: string, { from, to, value }: Move): string {
  const placed = value === undefined ? text : setInText(text, to, value);
  return unsetInText(placed, from);
}

function replaceStatement(text: string, path: KeyPath, value: unknown): string | undefined {
  const lines = text.split("\n");
  const statement = readStatements(text).find((each) => each.kind === "key" && isSamePath(each.path, path));
  if (statement === undefined) return undefined;
  const first = lines[statement.start] ?? "";
  const left = first.slice(0, first.indexOf(statement.keyText) + statement.keyText.length);
  const comment = statement.start === statement.end ? commentOf(first) : "";
  return spliced(lines, statement, [`${left} = ${printValue(value)}${comment}`]);
}

function replaceInline(text: string, path: KeyPath, value: unknown): string | undefined {
  const table = parse(text);
  for (let length = path.length - 1; length > 0; length -= 1) {
    const parent = path.slice(0, length);
    const inline = valueAt(table, parent);
    const replaced = isTable(inline)
      ? replaceStatement(text, parent, withValueAt(inline, path.slice(length), value))
      : undefined;
    if (replaced !== undefined) return replaced;
  }
  return undefined;
}

function insertIntoTable(text: string, path: KeyPath, value: unknown): string | undefined {
  const statements = readStatements(text);
  const parent = path.slice(0, -1);
  const line = `${formatKeyPath(path.slice(-1))} = ${printValue(value)}`;
  const header = statements.findIndex((each) => each.kind === "header" && isSamePath(each.path, parent));
  if (header === -1 && parent.length > 0) return undefined;
  const rest = statements.slice(header + 1);
  const nextHeader = rest.findIndex((each) => each.kind === "header");
  const own = nextHeader === -1 ? rest : rest.slice(0, nextHeader);
  const last = own.at(-1) ?? statements[header];
  const lines = text.split("\n");
  if (last !== undefined) return lines.toSpliced(last.end + 1, 0, line).join("\n");
  return statements.length === 0 ? `${withNewline(text)}${line}\n` : `${line}\n\n${text}`;
}

function appendTable(text: string, path: KeyPath, value: unknown): string | undefined {
  if (path.length < 2) return undefined;
  const gap = text.trim() === "" ? "" : "\n";
  const header = `[${formatKeyPath(path.slice(0, -1))}]`;
  return `${withNewline(text)}${gap}${header}\n${formatKeyPath(path.slice(-1))} = ${printValue(value)}\n`;
}

function removeStatements(text: string, path: KeyPath): string {
  const gone = readStatements(text).filter((each) => startsWithPath(each.path, path));
  return withoutLines(text, gone);
}

/** Removes the headers of tables that are no longer there. */
function pruneHeaders(text: string, wanted: Table): string {
  const gone = readStatements(text).filter(
    (each) => each.kind === "header" && valueAt(wanted, each.path) === undefined,
  );
  return withoutLines(text, gone);
}

function unsetInlineParent(text: string, parent: KeyPath): string | undefined {
  return parent.length === 0 ? undefined : removeStatements(text, parent);
}

function withoutLines(text: string, statements: readonly Statement[]): string {
  const gone = new Set(
    statements.flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, i) => start + i)),
  );
  return text
    .split("\n")
    .filter((_, index) => !gone.has(index))
    .join("\n");
}

function spliced(lines: readonly string[], statement: Statement, replacement: readonly string[]): string {
  return lines.toSpliced(statement.start, statement.end - statement.start + 1, ...replacement).join("\n");
}

function makes(text: string, wanted: Table): boolean {
  try {
    return isDeepStrictEqual(plain(parse(text)), plain(wanted));
  } catch {
    // Not TOML: this way of editing does not fit the text.
    return false;
  }
}

/** Parsed tables have no prototype and edited ones have; only the values count. */
function plain(table: Table): unknown {
  return structuredClone(table);
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
