import { z, type ZodType } from "zod";
import { toRunId, type Run, type SessionKey } from "../domain/run.ts";
import type { ResumeToken } from "../domain/event.ts";
import type { SqlParams } from "./journal.ts";
import { jsonColumn } from "./json-column.ts";

const tokenSchema: ZodType<ResumeToken> = z.object({ engine: z.string(), value: z.string() });

/** Loose: a key that this version does not know is the user's choice too, and is kept. */
const contextSchema = z.looseObject({ project: z.string().exactOptional(), branch: z.string().exactOptional() });
const optionsSchema = z.looseObject({
  model: z.string().exactOptional(),
  effort: z.string().exactOptional(),
  plan: z.boolean().exactOptional(),
});

const columns = z.object({
  id: z.string().transform(toRunId),
  chat_id: z.number(),
  topic_id: z.number().nullable(),
  sender_id: z.number(),
  sender_name: z.string(),
  prompt_message_id: z.number(),
  prompt: z.string(),
  engine: z.string(),
  resume: jsonColumn(tokenSchema).nullable(),
  session_key: z.custom<SessionKey>((value) => typeof value === "string"),
  context: jsonColumn(contextSchema),
  cwd: z.string(),
  options: jsonColumn(optionsSchema),
  state: z.enum(["held", "queued", "running", "done", "failed", "cancelled", "interrupted"]),
  created_at: z.number(),
  not_before: z.number(),
  started_at: z.number().nullable(),
  finished_at: z.number().nullable(),
  error: z.string().nullable(),
});

/** A row of `runs` as `SELECT *` gives it. */
export const runRow: ZodType<Run> = columns.transform((row): Run => ({
  id: row.id,
  thread: { chatId: row.chat_id, ...(row.topic_id !== null && { topicId: row.topic_id }) },
  sender: { id: row.sender_id, name: row.sender_name },
  promptMessageId: row.prompt_message_id,
  prompt: row.prompt,
  engine: row.engine,
  ...(row.resume && { resume: row.resume }),
  sessionKey: row.session_key,
  context: row.context,
  cwd: row.cwd,
  options: row.options,
  state: row.state,
  createdAt: row.created_at,
  notBefore: row.not_before,
  ...(row.started_at !== null && { startedAt: row.started_at }),
  ...(row.finished_at !== null && { finishedAt: row.finished_at }),
  ...(row.error !== null && { error: row.error }),
}));

/** The run as parameters of `insertRunSql`. */
export function runParams(run: Run): SqlParams {
  return {
    id: run.id,
    chatId: run.thread.chatId,
    topicId: run.thread.topicId ?? null,
    senderId: run.sender.id,
    senderName: run.sender.name,
    promptMessageId: run.promptMessageId,
    prompt: run.prompt,
    engine: run.engine,
    resume: run.resume === undefined ? null : JSON.stringify(run.resume),
    sessionKey: run.sessionKey,
    context: JSON.stringify(run.context),
    cwd: run.cwd,
    options: JSON.stringify(run.options),
    state: run.state,
    createdAt: run.createdAt,
    notBefore: run.notBefore,
    startedAt: run.startedAt ?? null,
    finishedAt: run.finishedAt ?? null,
    error: run.error ?? null,
  };
}

export const insertRunSql: string = `
  INSERT INTO runs (id, chat_id, topic_id, sender_id, sender_name, prompt_message_id, prompt, engine, resume, session_key,
    context, cwd, options, state, created_at, not_before, started_at, finished_at, error)
  VALUES (@id, @chatId, @topicId, @senderId, @senderName, @promptMessageId, @prompt, @engine, @resume, @sessionKey,
    @context, @cwd, @options, @state, @createdAt, @notBefore, @startedAt, @finishedAt, @error)`;
