import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";
import type { OutboxRepository } from "./outbox.ts";
import { runRow } from "./run-row.ts";

/** Queued prompts that are passed to a working run, or let in before others. */
export type SteeringRepository = Pick<
  Store,
  "beginSteering" | "endSteering" | "steeredInto" | "withholdSteered" | "putFirst" | "queuedBefore"
>;

const countRow = z.object({ count: z.number() });

export function createSteeringRepository(
  journal: Journal,
  { outbox }: { readonly outbox: Pick<OutboxRepository, "enqueue"> },
): SteeringRepository {
  const begin = journal.change(
    `UPDATE runs SET steers = @into WHERE id = @runId AND state = 'queued' AND steers IS NULL
       AND EXISTS (SELECT 1 FROM runs WHERE id = @into AND state = 'running')`,
  );
  const end = journal.change(
    "UPDATE runs SET steers = NULL WHERE id = @runId AND state = 'queued' AND steers IS NOT NULL",
  );
  const into = journal.list("SELECT * FROM runs WHERE state = 'queued' AND steers = @runId ORDER BY seq", runRow);
  const isAdrift = `state = 'queued' AND steers IN (SELECT id FROM runs WHERE state <> 'running')`;
  const steered = journal.list(`SELECT * FROM runs WHERE ${isAdrift} ORDER BY seq`, runRow);
  const hold = journal.change(`UPDATE runs SET state = 'held', steers = NULL WHERE ${isAdrift}`);
  const first = journal.change("UPDATE runs SET is_first = 1 WHERE id = @runId AND state = 'queued'");
  const before = journal.first(
    `SELECT count(*) AS count FROM runs JOIN runs AS own ON own.id = @runId
     WHERE runs.state = 'queued' AND runs.session_key = own.session_key AND runs.steers IS NULL
       AND (runs.is_first > own.is_first OR (runs.is_first = own.is_first AND runs.seq < own.seq))`,
    countRow,
  );
  return {
    beginSteering: (runId, into) => begin({ runId, into }) === 1,
    endSteering: (runId) => end({ runId }) === 1,
    steeredInto: (runId) => into({ runId }),
    withholdSteered: (told) =>
      journal.atomic(() => {
        const runs = steered({}).map((run) => ({ ...run, state: "held" as const }));
        hold({});
        for (const row of runs.flatMap(told)) outbox.enqueue(row);
        return runs;
      }),
    putFirst: (runId) => first({ runId }) === 1,
    queuedBefore: (runId) => before({ runId })?.count ?? 0,
  };
}
