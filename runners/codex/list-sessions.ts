import { randomUUID } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { SessionHost, SessionSummary } from "../../src/runner/runner.ts";
import { connectJsonRpc, JsonRpcClosedError, JsonRpcError } from "../../src/wire/json-rpc.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { codexHome } from "./codex-home.ts";
import type { CodexConfig } from "./config.ts";
import { answerFailure, exitFailure, installHint, isWithoutAppServer, spawnFailure } from "./failure.ts";
import { greet } from "./greet.ts";
import { launchAppServer } from "./launch.ts";
import type { Patience } from "./patience.ts";
import { decodeThreadList } from "./session-list.ts";
import { findOpenSessions } from "./writer-locks.ts";

export interface SessionQuery {
  /** Absolute. */
  readonly cwd: string;
  readonly host: SessionHost;
  readonly config: CodexConfig;
  readonly configDir: string;
  readonly patience: Patience;
  /** Sessions of the runs that are going on here: they don't count as open. */
  readonly own: ReadonlySet<string>;
}

const maxSessions = 100;
/** All but those of sub-agents; by itself Codex leaves out what `exec` began (0.169.0). */
const sourceKinds = ["cli", "vscode", "exec", "appServer", "unknown"];

/**
 * The sessions of a directory, newest first, as an app-server of its own tells them: it has the titles, and an index of what would
 * otherwise take opening every session of every directory. When `host.signal` aborts it rejects; either way the process is gone by then.
 */
export async function listSessions(query: SessionQuery): Promise<readonly SessionSummary[]> {
  const { cwd, host, own } = query;
  host.signal.throwIfAborted();
  const home = codexHome(host.env);
  if (!(await exists(join(home, "sessions")))) return [];
  const sessions = decodeThreadList(await askAppServer(query), cwd);
  const open = await findOpenSessions(
    home,
    sessions.map(({ token }) => token.value),
  );
  return sessions.map((session) => {
    const { value } = session.token;
    const isOpen = open.get(value);
    return isOpen === undefined ? session : { ...session, isOpen: isOpen && !own.has(value) };
  });
}

async function askAppServer(query: SessionQuery): Promise<unknown> {
  const { signal } = query.host;
  const child = await start(query);
  const stop = (): Promise<unknown> => child.stop(stopOptions(child, query.patience));
  const cancel = (): void => void stop();
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await listThreads(child, query.cwd);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(await explain(error, child, stop), { cause: error });
  } finally {
    signal.removeEventListener("abort", cancel);
    await stop();
  }
}

async function start({ cwd, host, ...options }: SessionQuery): Promise<Subprocess> {
  const launch = launchAppServer({ ...options, env: host.env });
  try {
    return await startSubprocess({ ...launch, cwd, runId: `list-${randomUUID()}` });
  } catch (error) {
    throw new Error(spawnFailure(error).error, { cause: error });
  }
}

async function listThreads(child: Subprocess, cwd: string): Promise<unknown> {
  const peer = connectJsonRpc(
    child,
    {
      onRequest: async (method) => await Promise.reject(new JsonRpcError(-32601, `${method} is not supported`)),
      onNotification: () => {},
    },
    { version: false },
  );
  await greet(peer);
  // Codex follows links in the directory's path itself, and otherwise lists only sessions of the provider it is set to.
  const filter = { cwd, sourceKinds, modelProviders: [] };
  return await peer.request("thread/list", { ...filter, sortKey: "updated_at", limit: maxSessions });
}

async function explain(error: unknown, child: Subprocess, stop: () => Promise<unknown>): Promise<string> {
  if (error instanceof JsonRpcError) return answerFailure(error, undefined).error;
  if (!(error instanceof JsonRpcClosedError)) return String(error);
  await stop();
  const stderr = child.stderrTail();
  if (isWithoutAppServer(stderr)) return `This codex can't list its sessions. Update it: ${installHint}`;
  return exitFailure(await child.exited, stderr).error;
}

/** It was only asked: closing its input ends it. */
function stopOptions(child: Subprocess, { exitMs, termMs }: Patience): Parameters<Subprocess["stop"]>[0] {
  return { interrupt: () => child.endInput(), interruptGraceMs: exitMs, termGraceMs: termMs };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
