import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";

/**
 * Moves everything of one chat to another. Where the new chat already has a row of its own (a message with the same id, a
 * session remembered since), that one is newer and stays.
 */
export function createChatMigration(journal: Journal): Pick<Store, "migrateChat"> {
  const statements = [
    // They stay behind in the old group, where nobody can change them: what is to be said there is said in a new message.
    "DELETE FROM messages WHERE chat_id = @from AND role = 'progress' AND @to <> @from",
    ...["runs", "outbox", "paired_users", "decisions", "offers"].map(
      (table) => `UPDATE ${table} SET chat_id = @to WHERE chat_id = @from`,
    ),
    ...["messages", "sessions", "preferences", "session_places", "sent_files"].flatMap((table) => [
      `UPDATE OR IGNORE ${table} SET chat_id = @to WHERE chat_id = @from`,
      `DELETE FROM ${table} WHERE chat_id = @from AND @to <> @from`,
    ]),
  ].map((sql) => journal.change(sql));
  return {
    migrateChat: (from, to) => {
      journal.atomic(() => {
        for (const rewrite of statements) rewrite({ from, to });
      });
    },
  };
}
