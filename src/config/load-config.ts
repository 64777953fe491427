import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { checkConfig } from "./check-config.ts";
import type { TakopiConfig } from "./config.ts";
import type { ConfigProblem } from "./config-error.ts";
import { ConfigError } from "./config-error.ts";
import { moveInText } from "./edit-text.ts";
import { overlayEnv } from "./env-overlay.ts";
import type { Table } from "./key-path.ts";
import { isTable, parseKeyPath, valueAt } from "./key-path.ts";
import { applyMoves, moveLine, pendingMoves } from "./migrations.ts";
import { parseToml } from "./toml-text.ts";
import { unsupportedWarnings } from "./unsupported-keys.ts";
import { writeFileAtomically } from "./write-file.ts";

export interface LoadInput {
  /** Absolute path of `takopi.toml`. A file that is not there counts as empty: everything may come from the environment. */
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The engines this program has, plugins included. */
  readonly engineIds: readonly string[];
  /** Default true. False for what works without Telegram. */
  readonly tokenRequired?: boolean;
}

/** The configuration as the program uses it. */
export interface LoadedConfig {
  readonly path: string;
  /** Directory of the file: the database and relative paths are there. */
  readonly dir: string;
  readonly config: TakopiConfig;
  /** The table of an engine as written, `[claude]` or `[engines.claude]`; undefined when there is none. */
  readonly engineTable: (id: string) => unknown;
  /** Whether a dotted key was written by the user, in the file or the environment. */
  readonly isSet: (key: string) => boolean;
  /** Lines for the log: what was accepted but has no effect, what was moved. */
  readonly warnings: readonly string[];
}

/**
 * Reads the file, brings keys of older versions to their new names (also in the file, keeping `<file>.bak`), lays the environment
 * over it and checks the whole. Throws `ConfigError` with every problem found.
 */
export function loadConfig(input: LoadInput): LoadedConfig {
  const file = readMigrated(input.path);
  const overlay = overlayEnv(file.table, input.env);
  const table = applyMoves(overlay.table, pendingMoves(overlay.table));
  const dir = dirname(input.path);
  const checked = checkConfig(table, { engineIds: input.engineIds, tokenRequired: input.tokenRequired ?? true, dir });
  const problems = [...overlay.problems, ...(checked.kind === "invalid" ? checked.problems : [])];
  if (checked.kind === "invalid" || problems.length > 0) {
    throw new ConfigError(input.path, withSources(problems, overlay.sources));
  }
  return {
    path: input.path,
    dir,
    config: checked.config,
    engineTable: (id) => table[id] ?? valueAt(table, ["engines", id]),
    isSet: (key) => valueAt(table, parseKeyPath(key) ?? [key]) !== undefined,
    warnings: [...file.warnings, ...unsupportedWarnings(table, input.engineIds)],
  };
}

/** The text of the file; undefined when there is none. Throws `ConfigError` when it can't be read. */
export function readConfigText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return undefined;
    const hint =
      code === "EISDIR" ? "Name the file, not its directory" : "Make it readable for the user who runs takopi";
    throw new ConfigError(path, [{ key: "", message: `can't be read (${code})`, hint }], { cause: error });
  }
}

/** What decides which engines there are, read before anything is checked. */
export interface EngineHints {
  /** Package names and paths under `[plugins] runners`. */
  readonly plugins: readonly string[];
  /** Names of the `[engines.<id>]` tables. */
  readonly defined: readonly string[];
}

/** Reads a configuration that need not be valid yet. Throws `ConfigError` when it can't be read at all. */
export function readEngineHints(input: Pick<LoadInput, "path" | "env">): EngineHints {
  const text = readConfigText(input.path);
  const { table } = overlayEnv(text === undefined ? {} : parseToml(input.path, text), input.env);
  const runners = valueAt(table, ["plugins", "runners"]);
  const engines = valueAt(table, ["engines"]);
  return {
    plugins: Array.isArray(runners) ? runners.filter((runner) => typeof runner === "string") : [],
    defined: isTable(engines) ? Object.keys(engines) : [],
  };
}

function readMigrated(path: string): { table: Table; warnings: readonly string[] } {
  const text = readConfigText(path);
  if (text === undefined) return { table: {}, warnings: [] };
  const table = parseToml(path, text);
  const moves = pendingMoves(table);
  if (moves.length === 0) return { table, warnings: [] };
  const warnings = moves.map((move) => `${path}: ${moveLine(move)}`);
  try {
    writeFileAtomically(`${path}.bak`, text);
    writeFileAtomically(path, moves.reduce(moveInText, text));
  } catch (error) {
    // The keys mean the same in memory; only the file keeps the old names.
    warnings.push(`${path}: could not be rewritten (${errorCode(error)})`);
  }
  return { table: applyMoves(table, moves), warnings };
}

function withSources(
  problems: readonly ConfigProblem[],
  sources: ReadonlyMap<string, string>,
): readonly ConfigProblem[] {
  return problems.map((problem) => {
    const source = sources.get(problem.key);
    return source === undefined ? problem : { ...problem, source };
  });
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
