import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import { sessionKeyOf } from "../domain/run.ts";
import type { Journal } from "./journal.ts";

/** Which session a run belongs to, and with it whose turn it waits for. */
export type RunSessionsRepository = Pick<Store, "bindSession" | "dropSession" | "pastTurns">;

const turnRow = z.object({ prompt: z.string(), answer: z.string() });

export function createRunSessionsRepository(journal: Journal): RunSessionsRepository {
  const bindWaiting = journal.change(
    `UPDATE runs SET session_key = @key, resume = coalesce(resume, @resume)
     WHERE state IN ('held', 'queued')
       AND session_key = (SELECT session_key FROM runs WHERE id = @runId AND session_key LIKE 'new:%')`,
  );
  const bind = journal.change("UPDATE runs SET session_key = @key, resume = @resume WHERE id = @runId");
  // Those that wait for the same session follow: the first to learn that it is gone begins the new one for all of them.
  const drop = journal.change(
    `UPDATE runs SET session_key = @key, resume = NULL
     WHERE id = @runId
       OR (state IN ('held', 'queued') AND session_key = (SELECT session_key FROM runs WHERE id = @runId))`,
  );
  const turns = journal.list(
    `SELECT prompt, answer FROM runs WHERE session_key = @key AND state = 'done' AND answer IS NOT NULL ORDER BY finished_at, seq`,
    turnRow,
  );
  return {
    pastTurns: (token) => turns({ key: sessionKeyOf(token) }),
    bindSession: (runId, token) =>
      journal.atomic(() => {
        const params = { runId, key: sessionKeyOf(token), resume: JSON.stringify(token) };
        // The waiting ones first: they are found by the key that the run itself is about to lose.
        bindWaiting(params);
        bind(params);
      }),
    dropSession: (runId, key) => {
      drop({ runId, key });
    },
  };
}
