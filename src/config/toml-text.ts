import { basename } from "node:path";
import { parse, stringify, TomlError } from "smol-toml";
import { ConfigError } from "./config-error.ts";
import type { Table } from "./key-path.ts";
import { isTable } from "./key-path.ts";
import { isSecretKey, MASK, maskSecretShapes } from "./secret-shapes.ts";

/** Parses the file's text. Throws `ConfigError` with line, column and the line itself, secrets masked. */
export function parseToml(path: string, text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const source = `${basename(path)}:${error.line}:${error.column}`;
    const line = maskLine(text.split(/\r?\n/)[error.line - 1] ?? "");
    throw new ConfigError(path, [{ key: "", source, message: tomlReason(error), hint: `The line says: ${line}` }]);
  }
}

/** A value given as text, in the environment or on the command line: a TOML literal, or else the text itself. */
export function parseLiteral(text: string): unknown {
  try {
    const value = parse(`v = ${text}`)["v"];
    return value instanceof Date || text.includes("\n") ? text : value;
  } catch {
    // Most strings are not TOML literals; nobody should have to quote twice in a shell.
    return text;
  }
}

/** A value as TOML on one line. */
export function printValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printValue).join(", ")}]`;
  if (!isTable(value)) return stringify({ v: value }).replace(/^v = /, "").trimEnd();
  const entries = Object.entries(value).map(
    ([key, item]) => `${stringify({ [key]: 0 }).replace(/ = 0\s*$/, "")} = ${printValue(item)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** The whole table as text, without the comments it may once have had. */
export function printTable(table: Table): string {
  return stringify(table);
}

function tomlReason(error: TomlError): string {
  const [first = "not valid TOML"] = error.message.split("\n");
  return first.replace(/^Invalid TOML document: /, "");
}

function maskLine(line: string): string {
  const [key = "", ...value] = line.split("=");
  return value.length > 0 && isSecretKey(key.trim()) ? `${key.trim()} = ${MASK}` : maskSecretShapes(line.trim());
}
