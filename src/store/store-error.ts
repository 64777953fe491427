import { JournalError } from "../bridge/journal-error.ts";

/**
 * What is wrong with the journal. `corrupt`: its content can't be trusted. `unreadable`: it can't be opened or read.
 * `unwritable`: no permission, or a read-only file system. `full`: no space left. `too_new`: written by a newer version.
 * `failed`: anything else, such as a constraint that does not hold or another program that keeps it locked.
 */
export type StoreErrorReason = "corrupt" | "unreadable" | "unwritable" | "full" | "too_new" | "failed";

/** The only error the store throws. Its message names the file and says what to do. Nothing was written when it is thrown. */
export class StoreError extends JournalError {
  readonly reason: StoreErrorReason;
  constructor(reason: StoreErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.reason = reason;
  }

  get isPassing(): boolean {
    return this.reason === "full" || this.reason === "unwritable";
  }
}

/** Turns what SQLite, the file system or a row parser threw into a `StoreError` about the file at `path`. */
export function toStoreError(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const reason = reasonOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  return new StoreError(reason, `${advice[reason](path)} (${detail})`, { cause: error });
}

const advice: Readonly<Record<StoreErrorReason, (path: string) => string>> = {
  corrupt: (path) => `The journal ${path} is damaged: stop the bot and start it again, which sets the file aside`,
  unreadable: (path) => `The journal ${path} can't be opened: check that its directory exists and that it is a file`,
  unwritable: (path) => `The journal ${path} can't be written: check its owner, its permissions and its file system`,
  full: (path) => `There is no space left for the journal ${path}: free some disk space`,
  too_new: (path) => `The journal ${path} was written by a newer version: update this one`,
  failed: (path) => `The journal ${path} refused the call: check that nothing else has it open or changed it`,
};

/** First match wins. SQLite's extended codes begin with the plain one, so prefixes are enough. */
const reasonsByCode: readonly (readonly [RegExp, StoreErrorReason])[] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, "corrupt"],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, "full"],
  [/^SQLITE_(READONLY|PERM|AUTH|IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE))/, "unwritable"],
  [/^(EACCES|EPERM|EROFS)/, "unwritable"],
  [/^(SQLITE_(CANTOPEN|IOERR)|ENOENT|EISDIR|ENOTDIR|EEXIST)/, "unreadable"],
];

function reasonOf(error: unknown): StoreErrorReason {
  if (!(error instanceof Error && "code" in error)) return "failed";
  const code = String(error.code);
  return reasonsByCode.find(([pattern]) => pattern.test(code))?.[1] ?? "failed";
}
