import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";
import { runRow } from "./run-row.ts";

/** What runs ended with. */
export type RunResultsRepository = Pick<Store, "resultOf" | "lastAnswered">;

const resultRow = z.object({ answer: z.string(), error: z.string().nullable() });

export function createRunResultsRepository(journal: Journal): RunResultsRepository {
  const result = journal.first(
    "SELECT answer, error FROM runs WHERE id = @runId AND finished_at IS NOT NULL AND answer IS NOT NULL",
    resultRow,
  );
  const last = journal.first(
    `SELECT * FROM runs
     WHERE chat_id = @chatId AND topic_id IS @topicId AND finished_at IS NOT NULL AND answer IS NOT NULL
     ORDER BY finished_at DESC, seq DESC LIMIT 1`,
    runRow,
  );
  return {
    resultOf: (runId) => {
      const row = result({ runId });
      return row && { answer: row.answer, ...(row.error !== null && { error: row.error }) };
    },
    lastAnswered: ({ chatId, topicId }) => last({ chatId, topicId: topicId ?? null }),
  };
}
