import { z, type ZodType } from "zod";
import type { DecisionFace, DecisionRow } from "../bridge/decisions/decision-store.ts";
import type { Draft } from "../bridge/decisions/draft.ts";
import type { Decision, DecisionRequest } from "../domain/decision.ts";
import { toRunId } from "../domain/run.ts";
import { jsonColumn } from "./json-column.ts";
import { contentSchema, keyboardSchema } from "./operation-schema.ts";

const scope = z.enum(["once", "session", "project"]);

const question = z.object({
  id: z.string(),
  text: z.string(),
  options: z.array(z.object({ label: z.string(), description: z.string().exactOptional() })),
  multiSelect: z.boolean(),
  allowFreeText: z.boolean(),
});

const requestSchema: ZodType<DecisionRequest> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("approval"),
    id: z.string(),
    tool: z.string(),
    title: z.string(),
    // JSON leaves out what is undefined.
    input: z.unknown().default(null),
    scopes: z.array(scope),
  }),
  z.object({ kind: z.literal("question"), id: z.string(), questions: z.array(question) }),
  z.object({ kind: z.literal("plan"), id: z.string(), markdown: z.string() }),
]);

const decisionSchema: ZodType<Decision> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("approve"), scope, acceptEdits: z.boolean().exactOptional() }),
  z.object({ kind: z.literal("deny"), reason: z.string(), interrupt: z.boolean().exactOptional() }),
  z.object({ kind: z.literal("answers"), answers: z.record(z.string(), z.array(z.string())) }),
  z.object({ kind: z.literal("revise"), feedback: z.string() }),
  z.object({ kind: z.literal("dismiss"), reason: z.string() }),
]);

const draftSchema: ZodType<Draft> = z.object({
  position: z.number(),
  answers: z.record(z.string(), z.array(z.string())),
  awaits: z.enum(["reason", "revision", "answer"]).exactOptional(),
});

const columns = z.object({
  key: z.string(),
  run_id: z.string().transform(toRunId),
  chat_id: z.number(),
  topic_id: z.number().nullable(),
  request: jsonColumn(requestSchema),
  state: z.enum(["pending", "answered", "taken", "withdrawn", "expired"]),
  draft: jsonColumn(draftSchema),
  decision: jsonColumn(decisionSchema).nullable(),
  decided_by: z.string().nullable(),
  decided_by_name: z.string().nullable(),
  asked_at: z.number(),
  decided_at: z.number().nullable(),
  message_id: z.number().nullable(),
});

/** A row of `decisions` as `SELECT *` gives it. */
export const decisionRow: ZodType<DecisionRow> = columns.transform((row): DecisionRow => ({
  key: row.key,
  runId: row.run_id,
  thread: { chatId: row.chat_id, ...(row.topic_id !== null && { topicId: row.topic_id }) },
  request: row.request,
  state: row.state,
  draft: row.draft,
  askedAt: row.asked_at,
  ...(row.decision !== null && { decision: row.decision }),
  ...(row.decided_by !== null && { decidedBy: row.decided_by }),
  ...(row.decided_by_name !== null && { decidedByName: row.decided_by_name }),
  ...(row.decided_at !== null && { decidedAt: row.decided_at }),
  ...(row.message_id !== null && { message: { chatId: row.chat_id, messageId: row.message_id } }),
}));

/** What a decision's message is to show, where it is not shown yet. */
export const faceRow: ZodType<{ readonly key: string; readonly face: DecisionFace }> = z.object({
  key: z.string(),
  face: jsonColumn(z.object({ content: contentSchema, keyboard: keyboardSchema })),
});
