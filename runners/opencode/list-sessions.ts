import { randomUUID } from "node:crypto";
import { realpath } from "node:fs/promises";
import { fieldsAt, isFields, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";
import type { SessionHost, SessionSummary } from "../../src/runner/runner.ts";
import { sessionTitle } from "../../src/runner/session-title.ts";
import { createApi, type Api } from "./api.ts";
import type { RunnerOptions } from "./options.ts";
import { defaultPatience } from "./patience.ts";
import { firstPrompt } from "./first-prompt.ts";
import { startServer } from "./server.ts";
import { engine } from "./state.ts";

const maxSessions = 100;
/** More are asked for, because those nobody has written in are among them. */
const askedSessions = 200;

/**
 * The sessions OpenCode keeps for `cwd`, from a server that lives as long as the question: some 1.5 s (1.18.33). It gives no sign of a session
 * that is open elsewhere.
 */
export async function listSessions(
  cwd: string,
  host: SessionHost,
  options: RunnerOptions,
): Promise<readonly SessionSummary[]> {
  const server = await startServer({ cwd, runId: `sessions-${randomUUID()}` }, host, options);
  if ("error" in server) throw new Error(server.error);
  try {
    const api = createApi({ ...server, directory: cwd });
    const saved = await savedSessions(api, host.signal);
    // The engine knows directories without their symbolic links.
    const directory = await realpath(cwd).catch(() => cwd);
    const listed = saved.filter((session) => isListed(session, directory)).slice(0, maxSessions);
    return await Promise.all(listed.map((session) => summaryOf(session, { api, cwd, signal: host.signal })));
  } finally {
    await server.child.stop({ termGraceMs: options.patience?.termMs ?? defaultPatience.termMs });
  }
}

interface SavedSession {
  readonly id: string;
  readonly directory: string;
  readonly title: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Of a sub-agent, or put away by the user. */
  readonly isHidden: boolean;
}

async function savedSessions(api: Api, signal: AbortSignal): Promise<readonly SavedSession[]> {
  const query = { roots: "true", limit: `${askedSessions}` };
  const { status, body } = await api.call({ method: "GET", path: "/session", query, signal });
  if (!Array.isArray(body)) throw new Error(`opencode did not list its sessions (${status}).`);
  return body
    .filter(isFields)
    .flatMap(decodeSession)
    .toSorted((one, other) => other.updatedAt - one.updatedAt);
}

function decodeSession(fields: Fields): readonly SavedSession[] {
  const [id, directory] = [textAt(fields, "id"), textAt(fields, "directory")];
  const time = fieldsAt(fields, "time");
  const [createdAt, updatedAt] = [numberAt(time, "created"), numberAt(time, "updated")];
  if (id === undefined || directory === undefined || createdAt === undefined || updatedAt === undefined) return [];
  const isHidden = textAt(fields, "parentID") !== undefined || numberAt(time, "archived") !== undefined;
  return [{ id, directory, title: textAt(fields, "title") ?? "", createdAt, updatedAt, isHidden }];
}

/** A session that did not change since it was made has no prompt yet. */
function isListed({ directory, createdAt, updatedAt, isHidden }: SavedSession, wanted: string): boolean {
  return directory === wanted && updatedAt > createdAt && !isHidden;
}

async function summaryOf(
  { id, title, updatedAt }: SavedSession,
  { api, cwd, signal }: { readonly api: Api; readonly cwd: string; readonly signal: AbortSignal },
): Promise<SessionSummary> {
  const shown = isUntitled(title) ? await firstPrompt(id, api, signal) : title;
  const token = { engine, value: id };
  return { token, ...(shown === undefined ? {} : { title: sessionTitle(shown) }), cwd, updatedAt };
}

/** What it is called until a model has thought up a title, which may never succeed. */
function isUntitled(title: string): boolean {
  return title === "" || /^New session - \d{4}-\d\d-\d\dT/u.test(title);
}
