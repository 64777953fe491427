import type Database from "better-sqlite3";
import type { ZodType } from "zod";
import { toStoreError } from "./store-error.ts";

/** Values of a statement's `@name` parameters. All of them must be there; null stands for absent. */
export type SqlParams = Readonly<Record<string, string | number | null>>;

/**
 * The database as the repositories see it: statements prepared once, rows parsed at the boundary, and every fault a
 * `StoreError`.
 */
export interface Journal {
  /** A statement that writes; calling it returns how many rows it changed. */
  change(sql: string): (params: SqlParams) => number;
  /** A statement that gives at most one row, including `INSERT … RETURNING`. */
  first<Value>(sql: string, row: ZodType<Value>): (params: SqlParams) => Value | undefined;
  /** A statement that gives rows. */
  list<Value>(sql: string, row: ZodType<Value>): (params: SqlParams) => readonly Value[];
  /** Runs `work` in one transaction: all of it is durable when this returns, or none of it when this throws. */
  atomic<Result>(work: () => Result): Result;
  /**
   * Gives up to `count` free pages back to the file system, so that no more than `spareRatio` of the file stays free. False when there
   * was nothing to give; then the -wal file is emptied, too. Outside a transaction only.
   */
  releasePages(count: number, spareRatio: number): boolean;
  close(): void;
}

/** Wraps an open connection. `path` is for messages only. */
export function createJournal(connection: Database.Database, path: string): Journal {
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, path);
    }
  };
  const prepare = (sql: string): Database.Statement<[SqlParams], unknown> => guarded(() => connection.prepare(sql));
  return {
    change: (sql) => {
      const statement = prepare(sql);
      return (params) => guarded(() => statement.run(params).changes);
    },
    first: (sql, row) => {
      const statement = prepare(sql);
      return (params) =>
        guarded(() => {
          const found = statement.get(params);
          return found === undefined ? undefined : row.parse(found);
        });
    },
    list: (sql, row) => {
      const statement = prepare(sql);
      return (params) => guarded(() => statement.all(params).map((found) => row.parse(found)));
    },
    // IMMEDIATE takes the write lock first, so that nothing read inside can be outdated by the time it writes.
    atomic: (work) => guarded(() => connection.transaction(work).immediate()),
    releasePages: (count, spareRatio) => guarded(() => releasePages(connection, count, spareRatio)),
    close: () => {
      guarded(() => connection.close());
    },
  };
}

function releasePages(connection: Database.Database, count: number, spareRatio: number): boolean {
  const numberOf = (pragma: string): number => Number(connection.pragma(pragma, { simple: true }));
  const free = numberOf("freelist_count");
  const surplus = free - Math.floor(numberOf("page_count") * spareRatio);
  if (surplus > 0) connection.pragma(`incremental_vacuum(${Math.min(count, surplus)})`);
  // Where the file was not made for it, nothing is given back; its free pages are used again all the same.
  if (numberOf("freelist_count") < free) return true;
  connection.pragma("wal_checkpoint(TRUNCATE)");
  return false;
}
