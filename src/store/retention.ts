import { z } from "zod";
import type { RetentionCutoffs, RetentionStore } from "../bridge/recovery/retention-store.ts";
import type { Journal } from "./journal.ts";

/** Numbers of rows that go in one step, so that no step takes longer than some milliseconds. Answers make runs big. */
const stepOf = { inbox: 200, outbox: 60, offers: 60, files: 60, audit: 200, runs: 10 } as const;
const pagesAtOnce = 64;
/** Free pages that are kept for what comes next. */
const spareRatio = 0.1;

const idRow = z.object({ id: z.string() });

/** Takes away what is old and done. What waits, failed to be delivered, or is asked stays, and with it its run. */
export function createRetentionRepository(journal: Journal): RetentionStore {
  const deleteRuns = createRunDeletion(journal);
  // The oldest come first in each table: only they are looked at.
  const inbox = journal.change(
    `DELETE FROM inbox WHERE seq IN (
       SELECT seq FROM (
         SELECT seq, received_at FROM inbox WHERE state = 'finished' ORDER BY seq LIMIT ${stepOf.inbox})
       WHERE received_at < @before)`,
  );
  const outbox = journal.change(
    `DELETE FROM outbox WHERE id IN (
       SELECT id FROM outbox WHERE state = 'sent' AND created_at < @before ORDER BY created_at LIMIT ${stepOf.outbox})`,
  );
  const offers = journal.change(
    `DELETE FROM offers WHERE id IN (
       SELECT id FROM offers WHERE made_at < @before ORDER BY made_at LIMIT ${stepOf.offers})`,
  );
  const files = journal.change(
    `DELETE FROM sent_files WHERE (chat_id, message_id) IN (
       SELECT chat_id, message_id FROM sent_files WHERE received_at < @before ORDER BY received_at LIMIT ${stepOf.files})`,
  );
  const audit = journal.change(
    `DELETE FROM audit WHERE id IN (
       SELECT id FROM (SELECT id, at FROM audit ORDER BY id LIMIT ${stepOf.audit}) WHERE at < @before)`,
  );
  return {
    deleteOld: (before: RetentionCutoffs) =>
      journal.atomic(
        () =>
          inbox({ before: before.inbox }) +
          outbox({ before: before.outbox }) +
          offers({ before: before.runs }) +
          files({ before: before.runs }) +
          audit({ before: before.audit }) +
          deleteRuns(before.runs),
      ),
    releaseSpace: () => journal.releasePages(pagesAtOnce, spareRatio),
  };
}

/** Deletes some ended runs with all that belongs to them; returns how many. */
function createRunDeletion(journal: Journal): (before: number) => number {
  const old = journal.list(
    `SELECT id FROM runs
     WHERE finished_at < @before AND state NOT IN ('held', 'queued', 'running')
       AND NOT EXISTS (SELECT 1 FROM outbox WHERE run_id = runs.id AND state <> 'sent')
       AND NOT EXISTS (SELECT 1 FROM processes WHERE run_id = runs.id)
       AND NOT EXISTS (SELECT 1 FROM decisions WHERE run_id = runs.id AND state IN ('pending', 'answered'))
       AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.steers = runs.id AND other.finished_at IS NULL)
     ORDER BY finished_at LIMIT ${stepOf.runs}`,
    idRow,
  );
  const steps = [
    "DELETE FROM messages WHERE run_id = @id",
    "DELETE FROM outbox WHERE run_id = @id",
    "DELETE FROM decisions WHERE run_id = @id",
    "DELETE FROM run_files WHERE run_id = @id",
    "UPDATE runs SET steers = NULL WHERE steers = @id",
    "DELETE FROM runs WHERE id = @id",
  ].map((sql) => journal.change(sql));
  return (before) => {
    const runs = old({ before });
    for (const { id } of runs) {
      for (const step of steps) step({ id });
    }
    return runs.length;
  };
}
