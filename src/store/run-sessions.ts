import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import { sessionKeyOf } from "../domain/run.ts";
import type { Journal } from "./journal.ts";

/** Which session a run belongs to, and with it whose turn it waits for. */
export type RunSessionsRepository = Pick<Store, "bindSession" | "dropSession" | "pastTurns" | "placesOfSession">;

const placeRow = z
  .object({ chatId: z.number(), project: z.string() })
  .transform(({ chatId, project }) => ({ chatId, ...(project !== "" && { project }) }));

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
  // The rows come from triggers on `runs`: whichever way a run gets its session, it is known where.
  // Whatever the engine: several may share the sessions of one program, and know their names in any case.
  const places = journal.list(
    `SELECT DISTINCT chat_id AS chatId, project FROM session_places
     WHERE lower(substr(session_key, instr(session_key, ':') + 1)) = lower(@value) ORDER BY chat_id, project`,
    placeRow,
  );
  return {
    placesOfSession: (token) => places({ value: token.value }),
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
