import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";
import { outboxParams, outboxRow } from "./outbox-row.ts";

/** What waits to be sent, and what may go next. */
export type OutboxRepository = Pick<Store, "enqueue" | "nextDeliveries" | "nextDeliveryAt">;

const idRow = z.object({ id: z.number() });
const dueRow = z.object({ dueAt: z.number().nullable() });

export function createOutboxRepository(journal: Journal, now: () => number): OutboxRepository {
  const insert = journal.first(
    `INSERT INTO outbox (chat_id, topic_id, run_id, role, operation, target_message_id, state, created_at)
     VALUES (@chatId, @topicId, @runId, @role, @operation, @targetMessageId, 'queued', @now) RETURNING id`,
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
  return {
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
 * The row of each chat that is in flight or next in turn, due or not: what follows it waits, so that a chat reads in order. New
 * messages go before edits and deletions, which only tidy up.
 */
const heads = `
  SELECT id FROM (
    SELECT id, row_number() OVER (
      PARTITION BY chat_id ORDER BY state <> 'sending', target_message_id IS NOT NULL, id) AS place
    FROM outbox WHERE state IN ('queued', 'sending'))
  WHERE place = 1`;
