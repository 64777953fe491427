import type { ConfigProblem } from "./config-error.ts";
import type { KeyPath, Table } from "./key-path.ts";
import { formatKeyPath, isTable, valueAt, withValueAt } from "./key-path.ts";
import { parseLiteral } from "./toml-text.ts";

/** A table with the environment laid over it. */
export interface Overlay {
  readonly table: Table;
  /** Dotted key → the variable it came from. */
  readonly sources: ReadonlyMap<string, string>;
  readonly problems: readonly ConfigProblem[];
}

const PREFIX = "TAKOPI__";

/** Sets `a.b` from `TAKOPI__A__B`; the environment wins. An empty variable counts as not set. */
export function overlayEnv(table: Table, env: Readonly<Record<string, string | undefined>>): Overlay {
  let result = table;
  const sources = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || text === undefined || text === "") continue;
    const path = pathFromName(result, name);
    if (path.includes("")) {
      problems.push({ key: "", source: name, message: "has an empty part between two `__`" });
      continue;
    }
    result = withValueAt(result, path, parseLiteral(text));
    sources.set(formatKeyPath(path), name);
  }
  return { table: result, sources, problems };
}

/** Variables are upper case, so a key that is already in the file is found without regard to case. */
function pathFromName(table: Table, name: string): KeyPath {
  const path: string[] = [];
  for (const part of name.slice(PREFIX.length).split("__")) {
    const parent = valueAt(table, path);
    const known = isTable(parent) ? Object.keys(parent) : [];
    path.push(known.find((key) => key.toLowerCase() === part.toLowerCase()) ?? part.toLowerCase());
  }
  return path;
}
