import { chmodSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError, toStoreError } from "./store-error.ts";

/** Held until released, or until the process ends in any way. */
export interface InstanceLock {
  /** Lets the next one in. Calling it again does nothing. */
  release(): void;
}

/** Another process holds the lock. */
export class AlreadyRunningError extends Error {
  /** Absent when the holder has not said who it is yet. */
  readonly holderPid: number | undefined;
  constructor(holderPid: number | undefined, path: string, options?: ErrorOptions) {
    const who = holderPid === undefined ? "" : ` as process ${holderPid}`;
    super(`Takopi is already running${who} (lock ${path}): stop it first`, options);
    this.name = "AlreadyRunningError";
    this.holderPid = holderPid;
  }
}

/**
 * Makes this process the only one that holds `path`, a small SQLite file made for nothing else. The kernel keeps the lock, so it is
 * gone with its holder, SIGKILL included, and a child never inherits it. `<path>.pid` only tells people who holds it.
 * Throws `AlreadyRunningError`, or `StoreError` when the lock file can't be used.
 *
 * The file stays after release: deleting it would let two processes lock two files of the same name. Nothing else in this process may
 * open it, because closing any descriptor of a file drops the locks the process has on it.
 */
export function acquireInstanceLock(path: string): InstanceLock {
  const pidPath = `${path}.pid`;
  const connection = lockExclusively(path, pidPath);
  try {
    writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    connection.close();
    throw toStoreError(error, pidPath);
  }
  return {
    release: () => {
      if (!connection.open) return;
      // First the pid, then the lock: the other way round would delete the pid of the next holder.
      rmSync(pidPath, { force: true });
      connection.close();
    },
  };
}

function lockExclusively(path: string, pidPath: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    makePrivate(path);
    connection = new Database(path, { timeout: 0 });
    connection.exec("BEGIN EXCLUSIVE");
    return connection;
  } catch (error) {
    connection?.close();
    throw lockFault(error, path, pidPath);
  }
}

/** SQLite's own file beside the lock gets the permissions the lock has when it is taken. */
function makePrivate(path: string): void {
  if (existsSync(path)) chmodSync(path, 0o600);
  else closeSync(openSync(path, "a", 0o600));
}

function lockFault(error: unknown, path: string, pidPath: string): Error {
  if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) {
    return new AlreadyRunningError(readPid(pidPath), path, { cause: error });
  }
  const fault = toStoreError(error, path);
  const detail = error instanceof Error ? error.message : String(error);
  return new StoreError(
    fault.reason,
    `The lock file ${path} can't be used (${detail}): move it away, check its directory`,
    {
      cause: error,
    },
  );
}

function readPid(pidPath: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidPath, "utf8"), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    // The holder is just starting or just leaving.
    return undefined;
  }
}
