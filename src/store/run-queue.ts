import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";
import { runRow } from "./run-row.ts";

/** Which runs there are and which may start. */
export type RunQueueRepository = Pick<Store, "findRun" | "runnableRuns" | "nextDueAt" | "runsInState" | "openPaste">;

const dueRow = z.object({ dueAt: z.number().nullable() });

export function createRunQueueRepository(journal: Journal): RunQueueRepository {
  const find = journal.first("SELECT * FROM runs WHERE id = @runId", runRow);
  // The oldest queued run of each key, due or not: a younger one never overtakes it.
  const runnable = journal.list(
    `SELECT * FROM runs AS head
     WHERE seq IN (SELECT min(seq) FROM runs WHERE state = 'queued' GROUP BY session_key)
       AND not_before <= @now
       AND NOT EXISTS (SELECT 1 FROM runs WHERE state = 'running' AND session_key = head.session_key)
     ORDER BY seq`,
    runRow,
  );
  const due = journal.first(
    "SELECT min(not_before) AS dueAt FROM runs WHERE state = 'queued' AND not_before > @now",
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
     WHERE state = 'queued' AND not_before > @now AND sender_id = @senderId AND chat_id = @chatId AND topic_id IS @topicId
     ORDER BY seq DESC LIMIT 1`,
    runRow,
  );
  return {
    findRun: (runId) => find({ runId }),
    runnableRuns: (now) => runnable({ now }),
    nextDueAt: (now) => due({ now })?.dueAt ?? undefined,
    runsInState: (states, thread) =>
      inState({
        states: JSON.stringify(states),
        chatId: thread?.chatId ?? null,
        topicId: thread?.topicId ?? null,
      }),
    openPaste: ({ chatId, topicId }, senderId, now) => paste({ chatId, topicId: topicId ?? null, senderId, now }),
  };
}
