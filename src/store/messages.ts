import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import { toRunId } from "../domain/run.ts";
import type { Journal } from "./journal.ts";
import { roleSchema } from "./message-role.ts";
import { runRow } from "./run-row.ts";

export type MessagesRepository = Pick<
  Store,
  "linkMessage" | "findMessage" | "openCards" | "closeCard" | "progressMessage"
>;

const refRow = z.object({ chatId: z.number(), messageId: z.number() });
const linkRow = z.object({ runId: z.string().transform(toRunId), role: roleSchema });
const cardRow = z.unknown().transform((row) => ({ run: runRow.parse(row), message: refRow.parse(row) }));

export function createMessagesRepository(journal: Journal): MessagesRepository {
  // A message belongs to the latest run that used it: Resume asks again with the same prompt message.
  const link = journal.change(
    `INSERT INTO messages (chat_id, message_id, run_id, role) VALUES (@chatId, @messageId, @runId, @role)
     ON CONFLICT DO UPDATE SET run_id = excluded.run_id, role = excluded.role, closed = 0`,
  );
  const find = journal.first(
    "SELECT run_id AS runId, role FROM messages WHERE chat_id = @chatId AND message_id = @messageId",
    linkRow,
  );
  const open = journal.list(
    `SELECT runs.*, card.chat_id AS chatId, card.message_id AS messageId
     FROM messages AS card JOIN runs ON runs.id = card.run_id
     WHERE card.role = 'progress' AND card.closed = 0 AND runs.state NOT IN ('held', 'queued', 'running')
       AND NOT EXISTS (
         SELECT 1 FROM outbox
         WHERE state IN ('queued', 'sending') AND chat_id = card.chat_id AND target_message_id = card.message_id)
     ORDER BY runs.seq`,
    cardRow,
  );
  const close = journal.change(
    "UPDATE messages SET closed = 1 WHERE chat_id = @chatId AND message_id = @messageId AND role = 'progress'",
  );
  const progress = journal.first(
    `SELECT chat_id AS chatId, message_id AS messageId FROM messages WHERE run_id = @runId AND role = 'progress'
     ORDER BY message_id DESC LIMIT 1`,
    refRow,
  );
  return {
    linkMessage: ({ chatId, messageId }, runId, role) => {
      link({ chatId, messageId, runId, role });
    },
    findMessage: ({ chatId, messageId }) => find({ chatId, messageId }),
    openCards: () => open({}),
    closeCard: ({ chatId, messageId }) => {
      close({ chatId, messageId });
    },
    progressMessage: (runId) => progress({ runId }),
  };
}
