import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isFields, numberAt, textAt } from "../../src/runner/fields.ts";
import { readProcessTable, type ProcessRow } from "../../src/wire/process-table.ts";

/** One living process of the CLI, as it describes itself in `sessions/<pid>.json`. */
interface OpenSession {
  readonly pid: number;
  readonly session: string;
  /** Of the process, in clock ticks; on Linux (2.1). A file outlives a process that was killed, and its pid may have gone to another. */
  readonly startedAt?: number;
  /** `cli` for a terminal, `sdk-…` for programs. */
  readonly entrypoint: string;
}

/**
 * Ids of the sessions that other programs have open; undefined where that can't be told: the CLI keeps a record of it since 2.1. `own`: the
 * sessions of runs that are going on here, whose processes don't count.
 */
export async function readOpenSessions(
  folder: string,
  own: ReadonlySet<string>,
): Promise<ReadonlySet<string> | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return undefined;
  const files = names.filter((name) => /^\d+\.json$/u.test(name)).map((name) => join(folder, name));
  const recorded = (await Promise.all(files.map(readRecord))).filter((record) => record !== undefined);
  const foreign = recorded.filter(({ session, entrypoint }) => !own.has(session) || !entrypoint.startsWith("sdk"));
  if (foreign.length === 0) return new Set();
  const table = await readProcessTable().catch(() => undefined);
  if (table === undefined) return undefined;
  const rows = new Map(table.map((row) => [row.pid, row]));
  return new Set(foreign.filter((record) => isRunning(record, rows.get(record.pid))).map(({ session }) => session));
}

async function readRecord(path: string): Promise<OpenSession | undefined> {
  try {
    const fields: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!isFields(fields)) return undefined;
    const [pid, session] = [numberAt(fields, "pid"), textAt(fields, "sessionId")];
    if (pid === undefined || session === undefined) return undefined;
    const startedAt = Number(textAt(fields, "procStart") ?? Number.NaN);
    const entrypoint = textAt(fields, "entrypoint") ?? "";
    return { pid, session, entrypoint, ...(Number.isInteger(startedAt) && { startedAt }) };
  } catch {
    // Just being written, or gone.
    return undefined;
  }
}

function isRunning({ startedAt }: OpenSession, row: ProcessRow | undefined): boolean {
  if (row === undefined || row.isZombie) return false;
  return startedAt === undefined || process.platform !== "linux" || row.startedAt === startedAt;
}
