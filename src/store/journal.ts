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
    close: () => {
      guarded(() => connection.close());
    },
  };
}
