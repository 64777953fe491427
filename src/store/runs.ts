import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { AuditRepository } from "./audit.ts";
import type { FilesRepository } from "./files.ts";
import type { InboxRepository } from "./inbox.ts";
import type { Journal } from "./journal.ts";
import type { MessagesRepository } from "./messages.ts";
import type { OutboxRepository } from "./outbox.ts";
import { insertRunSql, runParams } from "./run-row.ts";
import { StoreError } from "./store-error.ts";

/** The life of a run, from the prompt to its end. */
export type RunsRepository = Pick<
  Store,
  "acceptRun" | "appendPrompt" | "replacePrompt" | "startRun" | "requeueRun" | "releaseRun" | "endRun"
>;

/** What is written in the same transactions as a run. */
export interface RunsNeighbours {
  readonly inbox: Pick<InboxRepository, "finishUpdate">;
  readonly messages: Pick<MessagesRepository, "linkMessage">;
  readonly outbox: Pick<OutboxRepository, "enqueue">;
  readonly audit: AuditRepository;
  readonly files: Pick<FilesRepository, "addToRun" | "keepSent">;
}

const chatRow = z.object({ chatId: z.number() });

export function createRunsRepository(journal: Journal, neighbours: RunsNeighbours): RunsRepository {
  const { inbox, messages, outbox } = neighbours;
  const append = journal.first(
    `UPDATE runs SET prompt = prompt || char(10) || @text, not_before = @notBefore
     WHERE id = @runId AND state IN ('queued', 'held') RETURNING chat_id AS chatId`,
    chatRow,
  );
  const replace = journal.change(
    `UPDATE runs SET prompt = @prompt WHERE id = @runId AND state IN ('queued', 'held') AND steers IS NULL`,
  );
  const start = journal.change(
    `UPDATE runs SET state = 'running', started_at = @startedAt WHERE id = @runId AND state = 'queued'`,
  );
  const requeue = journal.change(
    `UPDATE runs SET state = 'queued', started_at = NULL WHERE id = @runId AND state = 'running'`,
  );
  const release = journal.change(`UPDATE runs SET state = 'queued' WHERE id = @runId AND state = 'held'`);
  const end = journal.change(
    `UPDATE runs SET state = @state, finished_at = @finishedAt, answer = @answer, error = @error, usage = @usage
     WHERE id = @runId AND state IN ('held', 'queued', 'running')`,
  );
  return {
    acceptRun: createAcceptRun(journal, neighbours),
    appendPrompt: (runId, { text, messageId, notBefore, updateId }) =>
      journal.atomic(() => {
        if (!inbox.finishUpdate(updateId)) return;
        // Rolled back with the update, which stays pending: its text must not be lost.
        const chat = append({ runId, text, notBefore });
        if (chat === undefined) throw new StoreError("failed", `Run ${runId} has begun and takes no more text`);
        messages.linkMessage({ chatId: chat.chatId, messageId }, runId, "prompt");
      }),
    replacePrompt: (runId, prompt) => replace({ runId, prompt }) === 1,
    startRun: (runId, startedAt) => start({ runId, startedAt }) === 1,
    requeueRun: (runId) => requeue({ runId }) === 1,
    releaseRun: (runId) => release({ runId }) === 1,
    endRun: ({ runId, state, finishedAt, answer, error, usage, outbox: rows }) =>
      journal.atomic(() => {
        const ended = end({
          runId,
          state,
          finishedAt,
          answer: answer ?? null,
          error: error ?? null,
          usage: usage === undefined ? null : JSON.stringify(usage),
        });
        if (ended === 0) return false;
        for (const row of rows) outbox.enqueue(row);
        return true;
      }),
  };
}

function createAcceptRun(
  journal: Journal,
  { inbox, messages, outbox, audit, files }: RunsNeighbours,
): RunsRepository["acceptRun"] {
  const insert = journal.change(insertRunSql);
  return (run, updateId, { noted, outbox: rows = [], parts = [], files: ownFiles = [] } = {}) =>
    journal.atomic(() => {
      if (!inbox.finishUpdate(updateId)) return false;
      insert(runParams(run));
      const { chatId } = run.thread;
      messages.linkMessage({ chatId, messageId: run.promptMessageId }, run.id, "prompt");
      for (const part of parts) {
        inbox.finishUpdate(part.updateId);
        messages.linkMessage({ chatId, messageId: part.messageId }, run.id, "prompt");
      }
      files.keepSent(parts);
      files.addToRun(run.id, ownFiles);
      if (noted !== undefined) audit.audit(noted);
      for (const row of rows) outbox.enqueue(row);
      return true;
    });
}
