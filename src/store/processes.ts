import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import { toRunId } from "../domain/run.ts";
import type { Journal } from "./journal.ts";

export type ProcessesRepository = Pick<Store, "recordProcess" | "recordedProcesses" | "forgetProcesses">;

const processRow = z.object({ runId: z.string().transform(toRunId), pid: z.number(), startMark: z.string() });

export function createProcessesRepository(journal: Journal): ProcessesRepository {
  const record = journal.change(
    "INSERT INTO processes (run_id, pid, start_mark) VALUES (@runId, @pid, @startMark) ON CONFLICT DO NOTHING",
  );
  const recorded = journal.list("SELECT run_id AS runId, pid, start_mark AS startMark FROM processes", processRow);
  const forget = journal.change("DELETE FROM processes WHERE run_id = @runId");
  return {
    recordProcess: ({ runId, pid, startMark }) => {
      record({ runId, pid, startMark });
    },
    recordedProcesses: () => recorded({}),
    forgetProcesses: (runId) => {
      forget({ runId });
    },
  };
}
