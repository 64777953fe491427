import Database from "better-sqlite3";
import type { Store } from "../bridge/store-port.ts";
import { composeStore } from "./compose-store.ts";
import { createJournal } from "./journal.ts";
import { ensurePrivateFile, setAside } from "./journal-file.ts";
import { migrate } from "./migrate.ts";
import { StoreError, toStoreError } from "./store-error.ts";

export interface OpenStoreOptions {
  /** The file, created when missing; its directory must exist. `:memory:` keeps everything in memory. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How long a call waits for another program that reads or copies the file, in milliseconds. It blocks meanwhile. */
const busyTimeoutMs = 2_000;
/** The -wal file grows while somebody reads; afterwards it is cut down to this. */
const maxIdleWalBytes = 4 << 20;
/**
 * Pages of the file kept in memory. The driver's own 16 MB would fill with the journal, run by run; what was read before is in the
 * system's cache all the same.
 */
const cacheKib = 2 << 10;
/** Takes some 200 ms. */
const maxRewriteBytes = 32 << 20;

/**
 * Opens the journal, checks it and brings it up to date. Only one bot may have it open: take the instance lock first.
 * Throws `StoreError`. A damaged file is set aside, never overwritten, and that is an error too: the person decides to go on.
 */
export function openStore({ path, now }: OpenStoreOptions): Store {
  let connection: Database.Database | undefined;
  try {
    if (path !== ":memory:") ensurePrivateFile(path);
    connection = new Database(path, { timeout: busyTimeoutMs });
    prepareConnection(connection);
    migrate(connection, path);
    letShrink(connection);
    return composeStore(createJournal(connection, path), now);
  } catch (error) {
    const fault = toStoreError(error, path);
    // Renamed before it is closed: closing deletes the -wal, which may hold the only whole copy of the last prompts.
    const outcome = fault.reason === "corrupt" && path !== ":memory:" ? damaged(path, now(), fault) : fault;
    connection?.close();
    throw outcome;
  }
}

/**
 * WAL with `synchronous = FULL`: each commit is on disk when it returns, so that a power cut loses no accepted prompt. NORMAL would
 * only survive a crash of the program.
 */
function prepareConnection(connection: Database.Database): void {
  // Counts only before anything is written to it.
  if (connection.pragma("page_count", { simple: true }) === 0) connection.pragma("auto_vacuum = INCREMENTAL");
  connection.pragma("journal_mode = WAL");
  connection.pragma(`journal_size_limit = ${maxIdleWalBytes}`);
  connection.pragma(`cache_size = -${cacheKib}`);
  connection.pragma("synchronous = FULL");
  connection.pragma("foreign_keys = ON");
  const verdict = connection.pragma("quick_check(1)", { simple: true });
  if (verdict !== "ok") throw new StoreError("corrupt", String(verdict));
}

/**
 * A file from before retention is rewritten once, so that it can give back what becomes free. Safe at any moment: the old content
 * counts until the new one is whole. A big file is left as it is, because this would hold up the start; it does not shrink, but
 * what becomes free in it is used again.
 */
function letShrink(connection: Database.Database): void {
  const numberOf = (pragma: string): number => Number(connection.pragma(pragma, { simple: true }));
  if (numberOf("auto_vacuum") !== 0 || numberOf("page_count") * numberOf("page_size") > maxRewriteBytes) return;
  try {
    connection.pragma("auto_vacuum = INCREMENTAL");
    connection.exec("VACUUM");
  } catch (error) {
    // It needs as much space again for a moment, and nobody else reading: perhaps at the next start.
    if (toStoreError(error, "").reason === "corrupt") throw error;
  }
}

function damaged(path: string, now: number, fault: StoreError): StoreError {
  const cause = fault.cause instanceof Error ? fault.cause : fault;
  try {
    const target = setAside(path, now);
    const next =
      "Starting again begins with an empty journal: sessions, queued prompts and paired users are forgotten.";
    return new StoreError("corrupt", `The journal ${path} is damaged and was set aside as ${target}. ${next}`, {
      cause,
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const todo = `Move it and its -wal and -shm files away yourself; then start again with an empty journal.`;
    const message = `The journal ${path} is damaged and could not be set aside (${detail}). ${todo}`;
    return new StoreError("corrupt", message, { cause });
  }
}
