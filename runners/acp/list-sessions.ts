import { randomUUID } from "node:crypto";
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { EngineId } from "../../src/domain/event.ts";
import type { SessionHost, SessionSummary } from "../../src/runner/runner.ts";
import { connectJsonRpc, JsonRpcError, type JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import type { AcpConfig } from "./config.ts";
import { inTime } from "./deadline.ts";
import { explainSpawn, explainTrouble } from "./explain.ts";
import { methodNotFound, type FailureContext } from "./failure.ts";
import type { KnownAgent } from "./known-agents.ts";
import { launchOf } from "./launch.ts";
import { withLogin } from "./login.ts";
import { greet } from "./opening.ts";
import { decodeSessionPage } from "./session-list.ts";

export interface ListOptions {
  readonly engine: EngineId;
  readonly config: AcpConfig;
  readonly configDir: string;
  readonly known: KnownAgent | undefined;
}

const maxSessions = 100;
/** An agent that always has another page is left at some point. */
const maxPages = 10;
/** It was only asked: nothing is lost when it is ended soon after its input. */
const exitMs = 500;

/**
 * The sessions an agent keeps of a directory, asked of a process of its own. None where it does not announce `session/list`, or could
 * not continue what it lists. When `host.signal` aborts it rejects with the signal's reason; either way the process is gone by then.
 */
export async function listSessions(
  cwd: string,
  host: SessionHost,
  options: ListOptions,
): Promise<readonly SessionSummary[]> {
  host.signal.throwIfAborted();
  const child = await start(cwd, host, options);
  const stop = (): void => void child.stop();
  host.signal.addEventListener("abort", stop, { once: true });
  if (host.signal.aborted) stop();
  try {
    return await ask(cwd, child, options);
  } catch (error) {
    host.signal.throwIfAborted();
    throw error;
  } finally {
    host.signal.removeEventListener("abort", stop);
    await child.stop({ interrupt: () => child.endInput(), interruptGraceMs: exitMs });
  }
}

async function start(cwd: string, { env }: SessionHost, options: ListOptions): Promise<Subprocess> {
  try {
    return await startSubprocess({ ...launchOf({ ...options, env }), cwd, runId: `list-${randomUUID()}` });
  } catch (error) {
    throw new Error(explainSpawn(error, options).error, { cause: error });
  }
}

async function ask(cwd: string, child: Subprocess, options: ListOptions): Promise<readonly SessionSummary[]> {
  const { engine, config, known } = options;
  let context: FailureContext = { engine, known, authMethods: [] };
  const peer = connectJsonRpc(child, {
    onRequest: async (method) => await Promise.reject(new JsonRpcError(methodNotFound, `Method not found: ${method}`)),
    onNotification: () => {},
  });
  try {
    const agent = await greet({ peer, config, context });
    if ("error" in agent) throw new Error(agent.error);
    context = { ...context, authMethods: agent.authMethods };
    if (!agent.canList || !(agent.canLoad || agent.canResume)) return [];
    return newestOf(await inTime(sessionsOf(cwd, peer, options), config.start_timeout_s, "list its sessions"));
  } catch (error) {
    throw new Error((await explainTrouble(error, { child, config, context })).error, { cause: error });
  }
}

function newestOf(sessions: readonly SessionSummary[]): readonly SessionSummary[] {
  return sessions.toSorted((a, b) => b.updatedAt - a.updatedAt).slice(0, maxSessions);
}

/** A session begun in a terminal has the real path of a directory that is reached through a link. */
async function sessionsOf(cwd: string, peer: JsonRpcPeer, options: ListOptions): Promise<readonly SessionSummary[]> {
  const paths = [...new Set([resolve(cwd), await realpath(cwd)])];
  const found = new Map<string, SessionSummary>();
  for (const path of paths) {
    for await (const session of sessionsAt(path, peer, options)) {
      if (paths.includes(resolve(session.cwd))) found.set(session.token.value, session);
      if (found.size >= maxSessions * paths.length) break;
    }
  }
  return [...found.values()];
}

/** Page after page, as far as they are wanted. */
async function* sessionsAt(
  cwd: string,
  peer: JsonRpcPeer,
  { engine, config }: ListOptions,
): AsyncGenerator<SessionSummary, void, undefined> {
  let cursor: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const params = { cwd, ...(cursor === undefined ? {} : { cursor }) };
    const work = async (): Promise<unknown> => await peer.request("session/list", params);
    const page = decodeSessionPage(await withLogin({ peer, authMethod: config.auth_method }, work), engine);
    yield* page.sessions;
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}
