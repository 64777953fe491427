import type Database from "better-sqlite3";
import { journalSql } from "./migrations/001-journal.ts";
import { choicesSql } from "./migrations/002-choices.ts";
import { retentionSql } from "./migrations/003-retention.ts";
import { accessSql } from "./migrations/004-access.ts";
import { filesSql } from "./migrations/005-files.ts";
import { StoreError } from "./store-error.ts";

/** In order; the position plus one is the `user_version` a file has after it. Published ones never change. */
const migrations: readonly string[] = [journalSql, choicesSql, retentionSql, accessSql, filesSql];

/**
 * Brings the file up to this version's tables, each step in one transaction together with its version number.
 * Throws `StoreError` `too_new` for a file of a later version and leaves it as it is.
 */
export function migrate(connection: Database.Database, path: string): void {
  const version = Number(connection.pragma("user_version", { simple: true }));
  if (version > migrations.length) {
    throw new StoreError(
      "too_new",
      `The journal ${path} was written by a newer version (journal ${version}, this one knows ${migrations.length}): ` +
        "update this one, or start it with another --config directory",
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index >= version) applyMigration(connection, sql, index + 1);
  }
}

function applyMigration(connection: Database.Database, sql: string, version: number): void {
  const apply = connection.transaction(() => {
    connection.exec(sql);
    connection.pragma(`user_version = ${version}`);
  });
  apply.immediate();
}
