import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../../runners/acp/config.ts";
import { knownAgent, knownAgents } from "../../../runners/acp/known-agents.ts";
import { createAcpRunner } from "../../../runners/acp/runner.ts";
import type { Runner, SessionHost, SessionSummary } from "../../../src/runner/runner.ts";
import { fakeAgent, type FakeAgentOptions } from "./fake-agent.ts";
import { fixturesUrl } from "./replay.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "takopi-acp-list-")));
});
afterEach(async () => await rm(cwd, { recursive: true, force: true }));

const never = new AbortController().signal;

async function list(runner: Runner, host: Partial<SessionHost> = {}): Promise<readonly SessionSummary[]> {
  if (runner.listSessions === undefined) throw new Error(`${runner.engine} lists no sessions`);
  const env = { PATH: process.env["PATH"] ?? "" };
  return await runner.listSessions(cwd, { env, signal: never, ...host });
}

async function listed(
  ways: Readonly<Record<string, unknown>>,
  more: FakeAgentOptions = {},
): Promise<readonly SessionSummary[]> {
  return await list(fakeAgent({ ways, ...more }));
}

/** The agent of a recording, played by a program, as an engine of its own. */
function recorded(agent: string, engine: string = agent): Runner {
  const player = fileURLToPath(new URL("../../../fixtures/programs-acp/player.mjs", import.meta.url));
  const path = fileURLToPath(new URL(`${agent}--session-admin.jsonl`, fixturesUrl));
  return createAcpRunner({
    engine,
    config: configSchema.parse({ command: [process.execPath, player, path] }),
    configDir: "/",
  });
}

const listing = ["claude-agent-acp", "codex-acp", "codex-acp-zed", "copilot", "opencode", "pi-acp", "qwen"];

describe("the sessions of a real agent", () => {
  it.each(listing)("are those %s was recorded with", async (agent) => {
    const sessions = (await list(recorded(agent))).map((session) => ({ ...session, cwd: "." }));
    const expectedUrl = new URL(`${agent}--session-admin.sessions.json`, fixturesUrl);
    if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(expectedUrl, `${JSON.stringify(sessions, null, 2)}\n`);
    expect(sessions).toEqual(JSON.parse(await readFile(expectedUrl, "utf8")));
  });

  it.each(["gemini", "cline"])("are unknown where %s does not announce the list", async (agent) => {
    expect(await list(recorded(agent, "an-engine-of-the-user"))).toEqual([]);
    const known = recorded(agent);
    expect(known.capabilities.sessions).toBe(false);
    expect(known).not.toHaveProperty("listSessions");
  });

  it("can be asked of all that were recorded to list them, and of all nobody asked", () => {
    const listers = listing.filter((agent) => agent !== "codex-acp-zed");
    for (const agent of listers) expect(knownAgent(agent, ["node"])?.sessions).toBe(true);
    const ofAll = knownAgents.map(({ id, command }) =>
      createAcpRunner({ engine: id, config: configSchema.parse({ command }), configDir: "/" }),
    );
    const without = ofAll.filter(({ capabilities }) => !capabilities.sessions);
    expect(without.map(({ engine }) => engine)).toEqual(["gemini", "cline"]);
    for (const runner of ofAll) expect("listSessions" in runner).toBe(runner.capabilities.sessions);
  });
});

describe("the list of sessions", () => {
  it("is of this directory alone, newest first, those without a date last", async () => {
    const sessions = [
      { sessionId: "ses-old", updatedAt: "2026-01-01T00:00:00.000Z" },
      { sessionId: "ses-undated", updatedAt: "soon" },
      { sessionId: "ses-new", title: "the newest", updatedAt: "2026-01-02T01:00:00.000+01:00" },
      { sessionId: "ses-elsewhere", cwd: `${cwd}/below` },
      { title: "no id" },
      7,
    ];
    expect(await listed({ sessions: [sessions] })).toEqual([
      { token: { engine: "fake", value: "ses-new" }, title: "the newest", cwd, updatedAt: Date.UTC(2026, 0, 2) },
      { token: { engine: "fake", value: "ses-old" }, cwd, updatedAt: Date.UTC(2026, 0, 1) },
      { token: { engine: "fake", value: "ses-undated" }, cwd, updatedAt: 0 },
    ]);
  });

  it("has titles of one line and at most 80 characters", async () => {
    const titles = ["  fix\n\tthe   build ", `${"x".repeat(78)}🙂🙂`, " "];
    const sessions = await listed({ sessions: [titles.map((title, index) => ({ sessionId: `ses-${index}`, title }))] });
    expect(sessions.map(({ title }) => title)).toEqual(["fix the build", `${"x".repeat(78)}…`, undefined]);
  });

  it("is asked for page by page, up to a hundred", async () => {
    const page = (from: number): readonly object[] =>
      Array.from({ length: 40 }, (_, index) => ({ sessionId: `ses-${from + index}` }));
    expect(await listed({ sessions: [page(0), page(40)] })).toHaveLength(80);
    expect(await listed({ sessions: [page(0), page(40), page(80), page(120)] })).toHaveLength(100);
    expect(await listed({ sessions: Array.from({ length: 30 }, () => page(0)) })).toHaveLength(40);
  });

  it("has the sessions begun under the real path of a directory that is a link", async () => {
    const link = `${cwd}-link`;
    await symlink(cwd, link);
    const runner = fakeAgent({
      ways: {
        sessions: [
          [
            { sessionId: "ses-1", cwd },
            { sessionId: "ses-2", cwd: link },
          ],
        ],
      },
    });
    const sessions = await runner.listSessions?.(link, { env: {}, signal: never });
    await rm(link);
    expect(sessions?.map(({ token }) => token.value)).toEqual(["ses-1", "ses-2"]);
  });

  it("is empty for an agent that could not continue what it lists", async () => {
    expect(await listed({ sessions: [[{ sessionId: "ses-1" }]], continues: "none" })).toEqual([]);
  });
});

describe("an agent that can't be asked", () => {
  it("is explained like in a run", async () => {
    const missing = fakeAgent({ engine: "qwen", config: { command: ["/no/such/qwen"] } });
    await expect(list(missing)).rejects.toThrow("npm install -g @qwen-code/qwen-code");
    await expect(listed({ sessions: [], dies: true })).rejects.toThrow("fake ended without a result (exit code 4).");
    await expect(listed({ sessions: [], version: 2 })).rejects.toThrow("version 2 of the Agent Client Protocol");
    const late = listed({ sessions: [], hangs: true }, { config: { start_timeout_s: 1.5 } });
    await expect(late).rejects.toThrow("fake did not list its sessions within 1.5 s.");
  });

  it("without a login says which there are, and is logged in as the table says", async () => {
    const ways = { sessions: [[{ sessionId: "ses-1" }]], authMethods: [{ id: "key" }] };
    await expect(listed(ways)).rejects.toThrow("It offers: key.");
    expect(await listed(ways, { config: { auth_method: "key" } })).toHaveLength(1);
  });
});

describe("the process that was asked", () => {
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  async function pidIn(file: string): Promise<number> {
    for (;;) {
      const text = await readFile(file, "utf8").catch(() => "");
      if (text !== "") return Number(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it("is gone when the list is there, though it never exits by itself", async () => {
    const pidFile = join(cwd, "pid");
    expect(await listed({ sessions: [[{ sessionId: "ses-1" }]], staysOpen: true, pidFile })).toHaveLength(1);
    expect(isAlive(await pidIn(pidFile))).toBe(false);
  });

  it("is gone when nobody waits for it any more", async () => {
    const pidFile = join(cwd, "pid");
    const stop = new AbortController();
    const waiting = list(fakeAgent({ ways: { sessions: [], hangs: true, staysOpen: true, pidFile } }), {
      signal: stop.signal,
    });
    const pid = await pidIn(pidFile);
    expect(isAlive(pid)).toBe(true);
    stop.abort(new Error("the chat is closed"));
    await expect(waiting).rejects.toThrow("the chat is closed");
    expect(isAlive(pid)).toBe(false);
  });

  it("is not even started when that is known before", async () => {
    const pidFile = join(cwd, "pid");
    const runner = fakeAgent({ ways: { sessions: [], pidFile } });
    await expect(list(runner, { signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow("too late");
    await expect(readFile(pidFile)).rejects.toThrow("ENOENT");
  });
});
