import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";
import { jsonColumn } from "./json-column.ts";
import { runRow } from "./run-row.ts";

/** Which runs there are and which may start. */
export type RunQueueRepository = Pick<
  Store,
  "findRun" | "runnableRuns" | "nextDueAt" | "runsInState" | "recentModels" | "openPaste" | "usagesSince"
>;

const modelRow = z.object({ model: z.string() });
const usageRow = z.object({ usage: jsonColumn(z.record(z.string(), z.unknown())).nullable() });
const dueRow = z.object({ dueAt: z.number().nullable() });

export function createRunQueueRepository(journal: Journal): RunQueueRepository {
  const find = journal.first("SELECT * FROM runs WHERE id = @runId", runRow);
  // The next queued run of each key, due or not: a younger one overtakes it only when it was put first.
  const runnable = journal.list(
    `SELECT * FROM runs AS head
     WHERE seq IN (
         SELECT seq FROM (
           SELECT seq, row_number() OVER (PARTITION BY session_key ORDER BY is_first DESC, seq) AS place
           FROM runs WHERE state = 'queued' AND steers IS NULL)
         WHERE place = 1)
       AND not_before <= @now
       AND NOT EXISTS (SELECT 1 FROM runs WHERE state = 'running' AND session_key = head.session_key)
       AND NOT EXISTS (SELECT 1 FROM run_files WHERE run_id = head.id AND path IS NULL AND fault IS NULL)
     ORDER BY seq`,
    runRow,
  );
  const due = journal.first(
    "SELECT min(not_before) AS dueAt FROM runs WHERE state = 'queued' AND steers IS NULL AND not_before > @now",
    dueRow,
  );
  const inState = journal.list(
    `SELECT * FROM runs
     WHERE state IN (SELECT value FROM json_each(@states))
       AND (@chatId IS NULL OR (chat_id = @chatId AND topic_id IS @topicId))
     ORDER BY seq`,
    runRow,
  );
  const paste = journal.first(
    `SELECT * FROM runs
     WHERE state = 'queued' AND not_before > @now AND not_before <= @dueBy AND sender_id = @senderId AND chat_id = @chatId AND topic_id IS @topicId
     ORDER BY seq DESC LIMIT 1`,
    runRow,
  );
  const models = journal.list(
    `SELECT json_extract(options, '$.model') AS model FROM runs
     WHERE engine = @engine AND json_extract(options, '$.model') IS NOT NULL GROUP BY model ORDER BY max(seq) DESC LIMIT 5`,
    modelRow,
  );
  const usages = journal.list("SELECT usage FROM runs WHERE finished_at >= @time AND started_at IS NOT NULL", usageRow);
  return {
    recentModels: (engine) => models({ engine }).map(({ model }) => model),
    findRun: (runId) => find({ runId }),
    runnableRuns: (now) => runnable({ now }),
    nextDueAt: (now) => due({ now })?.dueAt ?? undefined,
    runsInState: (states, thread) =>
      inState({
        states: JSON.stringify(states),
        chatId: thread?.chatId ?? null,
        topicId: thread?.topicId ?? null,
      }),
    openPaste: ({ chatId, topicId }, senderId, times) =>
      paste({ chatId, topicId: topicId ?? null, senderId, ...times }),
    usagesSince: (time) => usages({ time }).map(({ usage }) => usage ?? undefined),
  };
}
