import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import { toRunId } from "../domain/run.ts";
import type { FilesRepository } from "./files.ts";
import type { Journal } from "./journal.ts";
import { roleSchema } from "./message-role.ts";
import type { MessagesRepository } from "./messages.ts";

/** What became of an outbox row. A row that was sent stays sent, whatever is reported later. */
export type DeliveriesRepository = Pick<
  Store,
  "markSending" | "markSent" | "postpone" | "markFailed" | "retryFailed" | "resolveSending"
>;

/** What is written in the same transactions. */
interface DeliveriesNeighbours {
  readonly messages: Pick<MessagesRepository, "linkMessage">;
  readonly files: Pick<FilesRepository, "bindAnswer">;
}

const sentRow = z.object({ runId: z.string().transform(toRunId).nullable(), role: roleSchema });

export function createDeliveriesRepository(
  journal: Journal,
  { messages, files }: DeliveriesNeighbours,
): DeliveriesRepository {
  const sending = journal.change(
    "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = @id AND state = 'queued'",
  );
  const sent = journal.first(
    `UPDATE outbox SET state = 'sent', error = NULL WHERE id = @id AND state <> 'sent' RETURNING run_id AS runId, role`,
    sentRow,
  );
  const closeTarget = journal.change(
    `UPDATE messages SET closed = 1
     WHERE (chat_id, message_id) = (SELECT chat_id, target_message_id FROM outbox WHERE id = @id) AND role = 'progress'
       AND run_id IN (SELECT id FROM runs WHERE state NOT IN ('held', 'queued', 'running'))`,
  );
  const postpone = journal.change(
    `UPDATE outbox SET state = 'queued', not_before = @notBefore, uncertain = max(uncertain, @uncertain), error = @error
     WHERE id = @id AND state <> 'sent'`,
  );
  const fail = journal.change("UPDATE outbox SET state = 'failed', error = @error WHERE id = @id AND state <> 'sent'");
  const retry = journal.change(
    "UPDATE outbox SET state = 'queued', attempts = 0, not_before = 0 WHERE chat_id = @chatId AND state = 'failed'",
  );
  const resolve = journal.change("UPDATE outbox SET state = 'queued', uncertain = 1 WHERE state = 'sending'");
  // The offers behind the buttons of a message belong to it, from its sending or from the edit that put them there.
  const bindOffers = journal.change(
    `UPDATE offers SET message_id = coalesce(@messageId, (SELECT target_message_id FROM outbox WHERE id = @id))
     WHERE message_id IS NULL AND id IN (
       SELECT substr(json_extract(button.value, '$.data'), 6)
       FROM outbox, json_each(outbox.operation, '$.keyboard') AS line, json_each(line.value) AS button
       WHERE outbox.id = @id AND json_extract(button.value, '$.data') LIKE 'v1:o:%')`,
  );
  return {
    markSending: (id) => {
      sending({ id });
    },
    markSent: (id, message) => {
      journal.atomic(() => {
        const row = sent({ id });
        if (row === undefined) return;
        if (message !== undefined && row.runId !== null) messages.linkMessage(message, row.runId, row.role);
        closeTarget({ id });
        bindOffers({ id, messageId: message?.messageId ?? null });
        if (message !== undefined) files.bindAnswer(id, message.messageId);
      });
    },
    postpone: (id, { notBefore, uncertain, error }) => {
      postpone({ id, notBefore, uncertain: uncertain ? 1 : 0, error });
    },
    markFailed: (id, error) => {
      fail({ id, error });
    },
    retryFailed: (chatId) => retry({ chatId }),
    resolveSending: () => resolve({}),
  };
}
