import { readdir, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { SessionHost, SessionSummary } from "../../src/runner/runner.ts";
import { readOpenSessions } from "./open-sessions.ts";
import { engine } from "./state.ts";
import { readTranscript } from "./transcript.ts";

const maxSessions = 100;
const readsAtOnce = 16;

export interface SessionQuery {
  /** Absolute. */
  readonly cwd: string;
  readonly host: SessionHost;
  /** Sessions of the runs that are going on here. */
  readonly own: ReadonlySet<string>;
}

/** The sessions of a directory, newest first, out of the CLI's own files: `projects/<directory>/<session>.jsonl`. */
export async function listSessions({ cwd, host, own }: SessionQuery): Promise<readonly SessionSummary[]> {
  host.signal.throwIfAborted();
  const home = host.env["CLAUDE_CONFIG_DIR"] || join(host.env["HOME"] ?? homedir(), ".claude");
  // The CLI writes down where it really is.
  const workedIn = await realpath(cwd).catch(() => cwd);
  const files = await newestFirst(await transcriptsOf(join(home, "projects"), workedIn));
  const open = await readOpenSessions(join(home, "sessions"), own);
  const sessions: SessionSummary[] = [];
  for (let start = 0; start < files.length && sessions.length < maxSessions; start += readsAtOnce) {
    host.signal.throwIfAborted();
    const slice = files.slice(start, start + readsAtOnce);
    const found = await Promise.all(slice.map(async (file) => await summaryOf(file, workedIn)));
    sessions.push(
      ...found
        .filter((session) => session !== undefined)
        .map((session) => ({ ...session, cwd, ...(open && { isOpen: open.has(session.token.value) }) })),
    );
  }
  return sessions.slice(0, maxSessions);
}

interface TranscriptFile {
  readonly path: string;
  readonly session: string;
}

interface DatedFile extends TranscriptFile {
  readonly size: number;
  readonly updatedAt: number;
}

/** Paths of all that may be transcripts of the directory; its name in the folder's does not tell it from similar ones. */
async function transcriptsOf(projects: string, cwd: string): Promise<readonly TranscriptFile[]> {
  const folders = await foldersOf(projects, cwd);
  const files = await Promise.all(folders.map(async (folder) => await transcriptsIn(join(projects, folder))));
  return files.flat();
}

/** The CLI cuts long names and puts a hash behind them, which two versions of it may not share. */
async function foldersOf(projects: string, cwd: string): Promise<readonly string[]> {
  const name = cwd.replaceAll(/[^A-Za-z0-9]/gu, "-");
  if (name.length <= maxFolderName) return [name];
  const start = `${name.slice(0, maxFolderName)}-`;
  return (await entriesOf(projects)).filter((entry) => entry === name || entry.startsWith(start));
}

const maxFolderName = 200;

async function transcriptsIn(folder: string): Promise<readonly TranscriptFile[]> {
  return (await entriesOf(folder)).flatMap((entry) => {
    // Files of sub-agents beside them, in 2.0 and older, are called agent-….jsonl.
    const session = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/u.exec(entry)?.[1];
    return session === undefined ? [] : [{ path: join(folder, entry), session }];
  });
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  // Where the CLI was never used there is none.
  return await readdir(folder).catch(() => []);
}

async function newestFirst(files: readonly TranscriptFile[]): Promise<readonly DatedFile[]> {
  const dated = await Promise.all(files.map(dateOf));
  return dated.filter((file) => file !== undefined).toSorted((a, b) => b.updatedAt - a.updatedAt);
}

async function dateOf(file: TranscriptFile): Promise<DatedFile | undefined> {
  try {
    const found = await stat(file.path);
    return found.isFile() ? { ...file, size: found.size, updatedAt: Math.floor(found.mtimeMs) } : undefined;
  } catch {
    return undefined;
  }
}

async function summaryOf(file: DatedFile, cwd: string): Promise<Omit<SessionSummary, "cwd"> | undefined> {
  try {
    const { cwds, title, isSidechain, isEmpty } = await readTranscript(file.path, file.size);
    if (isSidechain || isEmpty || (cwds.size > 0 && !cwds.has(cwd))) return undefined;
    const token = { engine, value: file.session };
    return { token, updatedAt: file.updatedAt, ...(title !== undefined && { title }) };
  } catch {
    return undefined;
  }
}
