import { dirname } from "node:path";
import { checkConfig } from "./check-config.ts";
import { ConfigError } from "./config-error.ts";
import { setInText, unsetInText } from "./edit-text.ts";
import type { KeyPath, Table } from "./key-path.ts";
import { formatKeyPath, isTable, valueAt } from "./key-path.ts";
import { readConfigText } from "./load-config.ts";
import { parseToml } from "./toml-text.ts";
import { writeFileAtomically } from "./write-file.ts";

export interface EditInput {
  readonly path: string;
  readonly engineIds: readonly string[];
}

/** One value to set; `undefined` removes the key. */
export interface ConfigEdit {
  readonly path: KeyPath;
  readonly value: unknown;
}

/**
 * Makes all edits or none: the result is checked as a whole and then replaces the file in one step, readable by its owner only.
 * Comments stay. Throws `ConfigError` when the result would not be valid.
 */
export function editConfig(input: EditInput, edits: readonly ConfigEdit[]): void {
  const { before, after } = checkedEdits(input, edits);
  if (after !== before) writeFileAtomically(input.path, after);
}

/** Throws what `editConfig` would throw, and writes nothing. */
export function checkEdits(input: EditInput, edits: readonly ConfigEdit[]): void {
  checkedEdits(input, edits);
}

/** The value of the file at this key; undefined when it has none. Defaults and the environment are not looked at. */
export function readConfigValue(path: string, key: KeyPath): unknown {
  return valueAt(readTable(path), key);
}

/** Every value of the file under its dotted key, in the order of the file. */
export function listConfigValues(path: string): readonly (readonly [key: string, value: unknown])[] {
  return flatten(readTable(path), []);
}

function checkedEdits(input: EditInput, edits: readonly ConfigEdit[]): { before: string; after: string } {
  const before = readConfigText(input.path) ?? "";
  parseToml(input.path, before);
  const after = edits.reduce(applyEdit, before);
  const table = parseToml(input.path, after);
  const checked = checkConfig(table, { engineIds: input.engineIds, tokenRequired: false, dir: dirname(input.path) });
  if (checked.kind === "invalid") throw new ConfigError(input.path, checked.problems);
  return { before, after };
}

function readTable(path: string): Table {
  return parseToml(path, readConfigText(path) ?? "");
}

function applyEdit(text: string, { path, value }: ConfigEdit): string {
  return value === undefined ? unsetInText(text, path) : setInText(text, path, value);
}

function flatten(table: Table, parent: KeyPath): readonly (readonly [string, unknown])[] {
  return Object.entries(table).flatMap(([name, value]) => {
    const path = [...parent, name];
    return isTable(value) ? flatten(value, path) : [[formatKeyPath(path), value] as const];
  });
}
