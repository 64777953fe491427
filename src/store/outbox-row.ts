import { z, type ZodType } from "zod";
import type { NewOutboxRow, OutboxRow } from "../bridge/store-port.ts";
import { toRunId } from "../domain/run.ts";
import type { SqlParams } from "./journal.ts";
import { jsonColumn } from "./json-column.ts";
import { roleSchema } from "./message-role.ts";
import { operationSchema } from "./operation-schema.ts";

const columns = z.object({
  id: z.number(),
  chat_id: z.number(),
  topic_id: z.number().nullable(),
  run_id: z.string().transform(toRunId).nullable(),
  role: roleSchema,
  decision_key: z.string().nullable(),
  operation: jsonColumn(operationSchema),
  state: z.enum(["queued", "sending", "sent", "failed"]),
  attempts: z.number(),
  uncertain: z.number(),
  created_at: z.number(),
});

/** A row of `outbox` as `SELECT *` gives it. */
export const outboxRow: ZodType<OutboxRow> = columns.transform((row): OutboxRow => ({
  id: row.id,
  thread: { chatId: row.chat_id, ...(row.topic_id !== null && { topicId: row.topic_id }) },
  ...(row.run_id !== null && { runId: row.run_id }),
  role: row.role,
  ...(row.decision_key !== null && { decision: row.decision_key }),
  operation: row.operation,
  state: row.state,
  attempts: row.attempts,
  uncertain: row.uncertain === 1,
  createdAt: row.created_at,
}));

/** The row as parameters of an insert. `targetMessageId`: the message that an edit or a deletion is about. */
export function outboxParams({ thread, runId, role, operation, decision }: NewOutboxRow): SqlParams {
  return {
    chatId: thread.chatId,
    topicId: thread.topicId ?? null,
    runId: runId ?? null,
    role,
    operation: JSON.stringify(operation),
    decisionKey: decision ?? null,
    targetMessageId: "messageId" in operation ? operation.messageId : null,
  };
}
