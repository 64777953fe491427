import { z, type ZodType } from "zod";
import type { FileOutcome, FileStore, RunFile, SentFile } from "../bridge/files/file-store.ts";
import type { Store } from "../bridge/store-port.ts";
import type { IncomingFile } from "../domain/incoming.ts";
import type { RunId } from "../domain/run.ts";
import type { InboxRepository } from "./inbox.ts";
import type { Journal } from "./journal.ts";
import { jsonColumn } from "./json-column.ts";
import type { OutboxRepository } from "./outbox.ts";
import { runRow } from "./run-row.ts";

export interface FilesRepository extends FileStore, Pick<Store, "answerUpdates" | "recordFile"> {
  /** Remembers the files of messages. */
  keepSent(parts: readonly SentFile[]): void;
  addToRun(runId: RunId, files: readonly RunFile[]): void;
  /** A message of the outbox was sent: a reply to what the bot says about a file means the file. */
  bindAnswer(outboxId: number, messageId: number): void;
}

/** What is written in the same transactions. */
export interface FilesNeighbours {
  readonly inbox: Pick<InboxRepository, "finishUpdate">;
  readonly outbox: Pick<OutboxRepository, "enqueue">;
}

const fileSchema: ZodType<IncomingFile> = z.looseObject({
  fileId: z.string(),
  uniqueId: z.string(),
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number().exactOptional(),
});

const sentRow = z
  .object({
    chat_id: z.number(),
    topic_id: z.number(),
    message_id: z.number(),
    sender_id: z.number(),
    album_id: z.string().nullable(),
    caption: z.string(),
    file: jsonColumn(fileSchema),
  })
  .transform((row): SentFile => ({
    thread: { chatId: row.chat_id, ...(row.topic_id !== 0 && { topicId: row.topic_id }) },
    messageId: row.message_id,
    senderId: row.sender_id,
    ...(row.album_id !== null && { albumId: row.album_id }),
    caption: row.caption,
    file: row.file,
  }));

const runFileRow = z
  .object({ file: jsonColumn(fileSchema), path: z.string().nullable(), fault: z.string().nullable() })
  .transform(({ file, path, fault }): RunFile => {
    if (path !== null) return { file, outcome: { kind: "fetched", path } };
    return fault === null ? { file } : { file, outcome: { kind: "failed", why: fault } };
  });

export function createFilesRepository(
  journal: Journal,
  now: () => number,
  neighbours: FilesNeighbours,
): FilesRepository {
  const { inbox, outbox } = neighbours;
  const sent = createSentFiles(journal, now);
  return {
    ...sent,
    ...createRunFiles(journal, outbox),
    answerUpdates: ([first, ...others], { parts = [], outbox: rows }) =>
      journal.atomic(() => {
        if (!inbox.finishUpdate(first)) return false;
        for (const updateId of others) inbox.finishUpdate(updateId);
        sent.keepSent(parts);
        for (const row of rows) outbox.enqueue(row);
        return true;
      }),
  };
}

function createSentFiles(
  journal: Journal,
  now: () => number,
): Pick<FilesRepository, "keepSent" | "bindAnswer" | "findSentFile" | "albumOf" | "changeCaption"> {
  const insert = journal.change(
    `INSERT INTO sent_files (chat_id, message_id, topic_id, sender_id, album_id, caption, file, received_at)
     VALUES (@chatId, @messageId, @topicId, @senderId, @albumId, @caption, @file, @now) ON CONFLICT DO NOTHING`,
  );
  const find = journal.first(
    "SELECT * FROM sent_files WHERE chat_id = @chatId AND (message_id = @messageId OR answer_id = @messageId)",
    sentRow,
  );
  const album = journal.list(
    `SELECT * FROM sent_files
     WHERE album_id = @albumId AND chat_id = @chatId AND topic_id = @topicId AND sender_id = @senderId ORDER BY message_id`,
    sentRow,
  );
  const change = journal.change(
    "UPDATE sent_files SET caption = @caption WHERE chat_id = @chatId AND message_id = @messageId",
  );
  const bind = journal.change(
    `UPDATE sent_files SET answer_id = @messageId
     WHERE (chat_id, message_id) = (
       SELECT chat_id, json_extract(operation, '$.replyTo') FROM outbox WHERE id = @outboxId AND run_id IS NULL AND role = 'notice')`,
  );
  return {
    bindAnswer: (outboxId, messageId) => {
      bind({ outboxId, messageId });
    },
    keepSent: (parts) => {
      for (const { thread, messageId, senderId, albumId, caption, file } of parts) {
        const place = { chatId: thread.chatId, topicId: thread.topicId ?? 0, messageId, senderId };
        insert({ ...place, albumId: albumId ?? null, caption, file: JSON.stringify(file), now: now() });
      }
    },
    findSentFile: ({ chatId, messageId }) => find({ chatId, messageId }),
    albumOf: ({ thread: { chatId, topicId = 0 }, messageId, senderId, albumId }) => {
      if (albumId !== undefined) return album({ albumId, chatId, topicId, senderId });
      const single = find({ chatId, messageId });
      return single === undefined ? [] : [single];
    },
    changeCaption: ({ chatId, messageId }, caption) => {
      change({ chatId, messageId, caption });
    },
  };
}

function createRunFiles(
  journal: Journal,
  outbox: FilesNeighbours["outbox"],
): Pick<FilesRepository, "addToRun" | "filesOf" | "runsToFetch" | "recordFile"> {
  const insert = journal.change(
    "INSERT INTO run_files (run_id, position, file, path, fault) VALUES (@runId, @position, @file, @path, @fault)",
  );
  const ofRun = journal.list(
    "SELECT file, path, fault FROM run_files WHERE run_id = @runId ORDER BY position",
    runFileRow,
  );
  const toFetch = journal.list(
    `SELECT * FROM runs
     WHERE state = 'queued' AND id IN (SELECT run_id FROM run_files WHERE path IS NULL AND fault IS NULL) ORDER BY seq`,
    runRow,
  );
  const record = journal.change(
    `UPDATE run_files SET path = @path, fault = @fault
     WHERE run_id = @runId AND position = @position AND EXISTS (SELECT 1 FROM runs WHERE id = @runId AND finished_at IS NULL)`,
  );
  return {
    addToRun: (runId, files) => {
      for (const [position, { file, outcome }] of files.entries())
        insert({ runId, position, file: JSON.stringify(file), ...outcomeColumns(outcome) });
    },
    filesOf: (runId) => ofRun({ runId }),
    runsToFetch: () => toFetch({}),
    recordFile: ({ runId, position }, outcome, rows) =>
      journal.atomic(() => {
        if (record({ runId, position, ...outcomeColumns(outcome) }) === 0) return;
        for (const row of rows) outbox.enqueue(row);
      }),
  };
}

function outcomeColumns(outcome: FileOutcome | undefined): { path: string | null; fault: string | null } {
  return {
    path: outcome?.kind === "fetched" ? outcome.path : null,
    fault: outcome?.kind === "failed" ? outcome.why : null,
  };
}
