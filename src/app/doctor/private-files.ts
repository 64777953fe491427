import { chmodSync, lstatSync, readdirSync, statSync, type Stats } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Check } from "./doctor-check.ts";

export interface PrivateFilesInput {
  /** Of `takopi.toml`, which holds the token. */
  readonly configPath: string;
  /** Where the journal is, with every prompt and answer. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The permissions of group and others. */
const FOREIGN_BITS = 0o077;
const FOREIGN_WRITE = 0o022;
/** In such a directory, as in `/tmp`, nobody can replace a file of somebody else. */
const STICKY = 0o1000;

/**
 * Takes the permissions of others away from the bot's own files and directories, and says so. Never gives any, and leaves a directory
 * alone that is not the bot's by its name: other things may be in it. What can't be repaired is a warning.
 */
export function repairPrivateFiles(input: PrivateFilesInput): readonly Check[] {
  const ofUser = join(input.env["HOME"] ?? homedir(), ".takopi");
  const locks = join(ofUser, "locks");
  const directories = [ofUser, locks, input.dir, dirname(input.configPath)];
  const files = [input.configPath, `${input.configPath}.bak`, ...ownFiles(input.dir), ...lockFiles(locks)];
  const { TAKOPI_LOG_FILE: log = "" } = input.env;
  return [
    ...unique(directories).flatMap(checkDirectory),
    ...unique(log === "" ? files : [...files, log]).flatMap(checkFile),
  ];
}

/** The journal with its companions and copies, locks, and what else is named like it. */
function ownFiles(dir: string): readonly string[] {
  return entriesOf(dir)
    .filter((name) => name.startsWith("takopi."))
    .map((name) => join(dir, name));
}

function lockFiles(dir: string): readonly string[] {
  return entriesOf(dir).map((name) => join(dir, name));
}

function entriesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    // It is not there yet, or its own check says what is wrong with it.
    return [];
  }
}

function checkDirectory(path: string): readonly Check[] {
  const found = statOf(path);
  if (found?.isDirectory() !== true) return [];
  if ([path, dirname(path)].some((each) => basename(each) === ".takopi")) return check(path, found);
  const isOpen = (found.mode & FOREIGN_WRITE) !== 0 && (found.mode & STICKY) === 0;
  if (!isOpen) return [];
  return [warning(`others can write in ${path} and so replace the bot's files there: chmod go-w ${path}`)];
}

function checkFile(path: string): readonly Check[] {
  const found = statOf(path);
  // A log may go to a device, which is everybody's.
  return found?.isFile() !== true || isForeignLink(path) ? [] : check(path, found);
}

/** The configuration may be a link, for instance into a repository of settings; of other links the target is not the bot's. */
function isForeignLink(path: string): boolean {
  return (
    basename(path).startsWith("takopi.db") && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  );
}

function check(path: string, { mode, uid }: Stats): readonly Check[] {
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) {
    return [warning(`${path} belongs to another user (uid ${uid}), who can read and change it: chown it`)];
  }
  if ((mode & FOREIGN_BITS) === 0) return [];
  const before = (mode & 0o777).toString(8).padStart(4, "0");
  const after = mode & 0o777 & ~FOREIGN_BITS;
  try {
    chmodSync(path, after);
    return [
      warning(`${path} was open to other users (${before}); it is private now (${after.toString(8).padStart(4, "0")})`),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [warning(`${path} is open to other users (${before}) and could not be made private (${reason})`)];
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Its directory can't be looked into: then it is not one of the bot's that works.
    return undefined;
  }
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)];
}

function warning(text: string): Check {
  return { state: "warning", text };
}
