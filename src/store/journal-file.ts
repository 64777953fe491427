import { chmodSync, closeSync, existsSync, openSync, renameSync, statSync } from "node:fs";
import { StoreError } from "./store-error.ts";

/** SQLite keeps these beside the file; they hold prompts and answers as much as the file itself. */
const companions = ["-wal", "-shm"] as const;

/**
 * Makes sure that `path` is a file only its owner can read: creates it with mode 0600, or repairs the mode. SQLite gives its
 * companion files the mode of the main one when it creates them.
 */
export function ensurePrivateFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  // An existing file is never opened here: closing any descriptor of it would drop the locks SQLite holds in this process.
  if (found === undefined) closeSync(openSync(path, "wx", 0o600));
  else if (!found.isFile()) throw new StoreError("unreadable", `The journal ${path} is not a file: move it away`);
  for (const file of [path, ...companions.map((suffix) => path + suffix)]) makePrivate(file);
}

function makePrivate(file: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined && (mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/**
 * Renames a damaged file, with its companions, to `<path>.corrupt-<time>` so that `sqlite3 .recover` can still read it. Never
 * overwrites an earlier one. Returns the new path.
 */
export function setAside(path: string, now: number): string {
  const target = freePath(`${path}.corrupt-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`);
  renameSync(path, target);
  for (const suffix of companions) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}

function freePath(wanted: string): string {
  let path = wanted;
  for (let count = 2; existsSync(path); count += 1) path = `${wanted}-${count}`;
  return path;
}
