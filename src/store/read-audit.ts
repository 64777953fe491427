import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { z } from "zod";
import type { AuditEntry } from "../bridge/store-port.ts";
import { createJournal } from "./journal.ts";
import { jsonColumn } from "./json-column.ts";
import { StoreError, toStoreError } from "./store-error.ts";

/** A row of the audit. `id` is ascending. */
export interface AuditRow extends AuditEntry {
  readonly id: number;
  /** What the journal last knew the actor to be called. */
  readonly name?: string;
}

export interface AuditQuery {
  /** Milliseconds since 1970. */
  readonly since?: number;
  /** A user id, or `bot`. */
  readonly person?: string;
  /** Only rows later than this one. */
  readonly afterId?: number;
}

/** The audit of a journal, opened for reading only; a bot may have it open meanwhile. */
export interface AuditReader {
  /** Oldest first. */
  rows(query: AuditQuery): readonly AuditRow[];
  close(): void;
}

const entryRow = z
  .object({
    id: z.number(),
    at: z.number(),
    actor: z.string(),
    verb: z.string(),
    subject: z.string().nullable(),
    detail: jsonColumn(z.record(z.string(), z.unknown())).nullable(),
  })
  .transform(({ subject, detail, ...rest }): AuditRow => ({
    ...rest,
    ...(subject !== null && { subject }),
    ...(detail !== null && { detail }),
  }));

const nameRow = z.object({ id: z.number(), name: z.string() });

/** Throws `StoreError` when there is no journal, or it can't be read. */
export function openAudit(path: string): AuditReader {
  if (!existsSync(path)) throw new StoreError("unreadable", `There is no journal ${path} yet: start the bot once`);
  try {
    const connection = new Database(path, { readonly: true, fileMustExist: true });
    const journal = createJournal(connection, path);
    const find = journal.list(
      `SELECT id, at, actor, verb, subject, detail FROM audit
       WHERE at >= @since AND id > @afterId AND (@person IS NULL OR actor = @person) ORDER BY id`,
      entryRow,
    );
    // Of the bare columns beside max() SQLite gives those of the row that has it.
    const names = journal.list(
      `SELECT sender_id AS id, sender_name AS name, max(seq) FROM runs GROUP BY sender_id
       UNION ALL SELECT user_id, name, 0 FROM paired_users`,
      nameRow,
    );
    return {
      rows: ({ since = 0, person = null, afterId = 0 }) => {
        const rows = find({ since, person, afterId });
        return rows.length === 0 ? [] : withNames(rows, names({}));
      },
      close: () => journal.close(),
    };
  } catch (error) {
    throw toStoreError(error, path);
  }
}

/** A row that says itself what its actor was called is right about its own time. */
function withNames(rows: readonly AuditRow[], known: readonly z.output<typeof nameRow>[]): readonly AuditRow[] {
  const names = new Map(known.map(({ id, name }) => [String(id), name]));
  return rows.map((row) => {
    const own = row.detail?.["name"];
    const name = typeof own === "string" ? own : names.get(row.actor);
    return name === undefined ? row : { ...row, name };
  });
}
