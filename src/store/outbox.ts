import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";
import { outboxParams, outboxRow } from "./outbox-row.ts";

/** What waits to be sent, and what may go next. */
export type OutboxRepository = Pick<
  Store,
  "isSendingFor" | "outboxBacklog" | "enqueue" | "nextDeliveries" | "nextDeliveryAt"
>;

const idRow = z.object({ id: z.number() });
const backlogRow = z.object({ waiting: z.number(), oldestAt: z.number().nullable() });
const dueRow = z.object({ dueAt: z.number().nullable() });

export function createOutboxRepository(journal: Journal, now: () => number): OutboxRepository {
  const insert = journal.first(
    `INSERT INTO outbox (chat_id, topic_id, run_id, role, operation, target_message_id, decision_key, state, created_at)
     VALUES (@chatId, @topicId, @runId, @role, @operation, @targetMessageId, @decisionKey, 'queued', @now) RETURNING id`,
    idRow,
  );
  const next = journal.list(
    `SELECT * FROM outbox WHERE id IN (${heads}) AND state = 'queued' AND not_before <= @now ORDER BY id`,
    outboxRow,
  );
  const due = journal.first(
    `SELECT min(not_before) AS dueAt FROM outbox WHERE id IN (${heads}) AND state = 'queued' AND not_before > @now`,
    dueRow,
  );
  const sending = journal.first(
    `SELECT id FROM outbox WHERE run_id = @runId AND state = 'sending' AND target_message_id IS NULL LIMIT 1`,
    idRow,
  );
  const backlog = journal.first(
    "SELECT count(*) AS waiting, min(created_at) AS oldestAt FROM outbox WHERE state IN ('queued', 'sending')",
    backlogRow,
  );
  return {
    outboxBacklog: () => {
      const { waiting = 0, oldestAt } = backlog({}) ?? {};
      return { waiting, ...(typeof oldestAt === "number" && { oldestAt }) };
    },
    isSendingFor: (runId) => sending({ runId }) !== undefined,
    enqueue: (row) => {
      const inserted = insert({ ...outboxParams(row), now: now() });
      if (inserted === undefined) throw new Error("unreachable: RETURNING gave no row");
      return inserted.id;
    },
    nextDeliveries: (at) => next({ now: at }),
    nextDeliveryAt: (at) => due({ now: at })?.dueAt ?? undefined,
  };
}

/**
 * What goes next in each chat, due or not: of the new messages the oldest, and beside it of the edits and deletions the oldest whose
 * run has no message left to send, so that a progress message goes away after the final one came. What is in flight stands first and
 * holds back what follows it in its own line.
 */
const heads = `
  SELECT id FROM (
    SELECT id, row_number() OVER (
      PARTITION BY chat_id, target_message_id IS NOT NULL ORDER BY state <> 'sending', id) AS place
    FROM outbox AS waiting
    WHERE state IN ('queued', 'sending')
      AND (target_message_id IS NULL OR run_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM outbox AS message
        WHERE message.run_id = waiting.run_id AND message.target_message_id IS NULL
          AND message.state IN ('queued', 'sending'))))
  WHERE place = 1`;
