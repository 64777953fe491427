import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { SessionHost, SessionSummary } from "../../src/runner/runner.ts";
import type { PiConfig } from "./config.ts";
import { readSessionFile, type SessionFile } from "./session-file.ts";
import { sessionFolder } from "./session-folder.ts";
import { engine } from "./state.ts";

const maxSessions = 100;
/** How many files are read at once. */
const filesAtOnce = 8;

interface DatedFile extends SessionFile {
  readonly updatedAt: number;
}

/**
 * The sessions pi has saved for `cwd`, from its own files: it has no command that lists them. It gives no sign of a session that is open in a
 * terminal.
 */
export async function listSessions(
  cwd: string,
  { env, signal }: SessionHost,
  { command, extra_args }: Pick<PiConfig, "command" | "extra_args">,
): Promise<readonly SessionSummary[]> {
  // Pi sees the directory it is started in without symbolic links.
  const realCwd = await realpath(cwd).catch(() => cwd);
  const folder = await sessionFolder(realCwd, { env, args: [...command, ...extra_args] });
  const files = await newestFirst(folder);
  const sessions: SessionSummary[] = [];
  for (let at = 0; at < files.length && sessions.length < maxSessions; at += filesAtOnce) {
    signal.throwIfAborted();
    const found = files.slice(at, at + filesAtOnce).map((file) => summaryOf(file, realCwd));
    sessions.push(...(await Promise.all(found)).flat());
  }
  return sessions.slice(0, maxSessions).map((session) => ({ ...session, cwd }));
}

async function newestFirst(folder: string): Promise<readonly DatedFile[]> {
  const names = await namesIn(folder);
  const paths = names.filter((name) => name.endsWith(".jsonl")).map((name) => join(folder, name));
  const files = (await Promise.all(paths.map(datedFile))).flat();
  return files.toSorted((one, other) => other.updatedAt - one.updatedAt);
}

/** None where pi was never used. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function datedFile(path: string): Promise<readonly DatedFile[]> {
  try {
    const { size, mtimeMs } = await stat(path);
    return [{ path, bytes: size, updatedAt: Math.floor(mtimeMs) }];
  } catch {
    // Deleted in this moment, or a link to nowhere.
    return [];
  }
}

/** None where the file can't be read. */
async function summaryOf(file: DatedFile, cwd: string): Promise<readonly SessionSummary[]> {
  try {
    const session = await readSessionFile(file, cwd);
    if (session === undefined) return [];
    return [{ token: { engine, value: session.id }, title: session.title, cwd, updatedAt: file.updatedAt }];
  } catch {
    return [];
  }
}
