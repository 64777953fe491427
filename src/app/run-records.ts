import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Log, RunRecords } from "../bridge/ports.ts";
import { type RunId, toRunId } from "../domain/run.ts";
import type { RunRequest } from "../runner/runner.ts";
import { recordState } from "../wire/recorded-subprocess.ts";

export interface RunRecordsOptions {
  /** Where the journal is. */
  readonly dataDir: string;
  readonly log: Log;
  /** False: no run survives, and what an earlier start left is only there to be removed. */
  readonly isOn: boolean;
}

const REQUEST = "request";

const requestSchema: z.ZodType<RunRequest> = z.object({
  runId: z.string().transform(toRunId),
  prompt: z.string(),
  resume: z.object({ engine: z.string(), value: z.string() }).exactOptional(),
  cwd: z.string(),
  attachments: z.array(z.object({ path: z.string(), mediaType: z.string() })),
  options: z.looseObject({
    model: z.string().exactOptional(),
    effort: z.string().exactOptional(),
    plan: z.boolean().exactOptional(),
  }),
});

/** Keeps a directory for each run that goes on, `runs/<run id>` beside the journal, for this user alone. */
export function createRunRecords({ dataDir, log, isOn }: RunRecordsOptions): RunRecords {
  const base = join(dataDir, "runs");
  const directoryOf = (runId: RunId): string => join(base, runId);
  return {
    begin(request) {
      if (!isOn) return undefined;
      const directory = directoryOf(request.runId);
      try {
        makeRecord(directory, request);
        return { directory, isTakenUp: false };
      } catch (error) {
        log.warn("this run will not survive a restart: its record can't be made", { run: request.runId, error });
        return undefined;
      }
    },
    find(runId) {
      const directory = directoryOf(runId);
      try {
        if (!isOn || recordState(directory) !== "begun") return undefined;
        const request = requestSchema.parse(JSON.parse(readFileSync(join(directory, REQUEST), "utf8")));
        return { ...request, record: { directory, isTakenUp: true } };
      } catch {
        // There is none.
        return undefined;
      }
    },
    isUnbegun(runId) {
      try {
        return isOn && recordState(directoryOf(runId)) === "unbegun";
      } catch {
        // There is none, so nothing is certain.
        return false;
      }
    },
    runIds: () => namesIn(base).map(toRunId),
    remove: (runId) => {
      try {
        rmSync(directoryOf(runId), { recursive: true, force: true });
      } catch (error) {
        log.warn("what a run left behind can't be removed; the next start tries again", { run: runId, error });
      }
    },
  };
}

function makeRecord(directory: string, request: RunRequest): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, REQUEST), JSON.stringify(request), { mode: 0o600 });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // No run was recorded yet.
    return [];
  }
}
