import type { IncomingFile } from "../../domain/incoming.ts";
import type { Run } from "../../domain/run.ts";
import type { Clock, Files, Log } from "../ports.ts";
import { FileError } from "./file-error.ts";
import type { FileOutcome } from "./file-store.ts";

const FIRST_RETRY_MS = 500;
const SLOWEST_RETRY_MS = 30_000;
/** Attempts that began to bring the file and broke off; being out of reach does not count. */
const MAX_BROKEN = 8;

interface FileOfRun {
  readonly run: Pick<Run, "id" | "cwd">;
  readonly file: IncomingFile;
  readonly position: number;
}

/** Fetches one file, through outages of any length. Undefined when `signal` aborted first. Never rejects. */
export async function fetchPatiently(
  { files, clock, log }: { readonly files: Files; readonly clock: Clock; readonly log: Log },
  { run, file, position }: FileOfRun,
  signal: AbortSignal,
): Promise<FileOutcome | undefined> {
  const request = { file, cwd: run.cwd, key: `${run.id}-${position}` };
  let broken = 0;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      return { kind: "fetched", path: await files.fetch(request, signal) };
    } catch (error) {
      if (signal.aborted) return undefined;
      const { fault, message } = toFileError(error);
      log.warn("a file was not fetched", { run: run.id, position, fault, attempt, reason: message });
      if (fault === "broken") broken += 1;
      if (fault === "refused" || broken === MAX_BROKEN) return { kind: "failed", why: message };
      await pause(clock, Math.min(SLOWEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt), signal);
    }
  }
  return undefined;
}

function toFileError(error: unknown): FileError {
  return error instanceof FileError ? error : new FileError("refused", `it could not be saved (${String(error)})`);
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      cancelTimer();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancelTimer = clock.setTimer(ms, end);
    signal.addEventListener("abort", end);
  });
}
