import type { Table } from "./key-path.ts";
import { formatKeyPath, valueAt } from "./key-path.ts";
import { ORIGINAL_ENGINES } from "./reserved-names.ts";

interface UnsupportedKey {
  readonly path: readonly string[];
  /** Values that ask for nothing this version has not got. */
  readonly harmless: readonly unknown[];
}

/** Keys of the original that are accepted here but have no effect yet. Remove a line when its feature comes. */
const UNSUPPORTED: readonly UnsupportedKey[] = [
  { path: ["watch_config"], harmless: [false] },
  { path: ["plugins", "enabled"], harmless: [] },
  { path: ["transports", "telegram", "voice_transcription"], harmless: [false] },
  { path: ["transports", "telegram", "forward_coalesce_s"], harmless: [0] },
  { path: ["transports", "telegram", "topics", "enabled"], harmless: [false] },
  { path: ["transports", "telegram", "files", "enabled"], harmless: [false] },
];

/** One line for each key that was set and has no effect. */
export function unsupportedWarnings(table: Table, engineIds: readonly string[]): readonly string[] {
  const keys = UNSUPPORTED.filter(({ path, harmless }) => {
    const value = valueAt(table, path);
    return value !== undefined && !harmless.includes(value) && !isEmptyList(value);
  }).map(({ path }) => formatKeyPath(path));
  const engines = ORIGINAL_ENGINES.filter((id) => table[id] !== undefined && !engineIds.includes(id));
  return [
    ...keys.map((key) => `${key}: not supported yet, ignored`),
    ...engines.map((id) => `[${id}]: this version has no such engine, ignored`),
  ];
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
