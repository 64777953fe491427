import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { decodeThreadList } from "../../../runners/codex/session-list.ts";
import type { SessionSummary } from "../../../src/runner/runner.ts";
import { processesWith } from "../../live/run-processes.ts";
import { collect, createTestHost, runRequest } from "../../factories.ts";
import { fakeCodex, type FakeCodexOptions } from "./fake-codex.ts";
import { fixturesUrl } from "./replay.ts";

const answers = z.object({ msg: z.object({ result: z.looseObject({ data: z.array(z.looseObject({})) }) }) });

let home: string;
let mark: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "takopi-codex-home-"));
  mark = `CODEX_FAKE_MARK=${home}`;
});

afterEach(async () => {
  expect(await processesWith(mark)).toEqual([]);
  await rm(home, { recursive: true });
});

/** The answers to `thread/list` that were recorded: as it is asked, and with sub-agents. */
async function recorded(): Promise<readonly unknown[]> {
  const lines = (await readFile(new URL("as-sessions.jsonl", fixturesUrl), "utf8")).split("\n");
  return lines.filter((line) => line.includes('"data":')).map((line) => answers.parse(JSON.parse(line)).msg.result);
}

/** A home in which Codex was used, and what it answers there. */
async function useCodex(answer: unknown): Promise<void> {
  await mkdir(join(home, "sessions"));
  await writeFile(join(home, "list.json"), JSON.stringify(answer));
}

function environment(): Readonly<Record<string, string>> {
  const own = { CODEX_HOME: home, CODEX_FAKE_LIST: join(home, "list.json"), CODEX_FAKE_MARK: home };
  return { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...own };
}

async function list(
  runner: FakeCodexOptions = {},
  signal?: AbortSignal,
): Promise<readonly SessionSummary[] | undefined> {
  const host = { env: environment(), signal: signal ?? new AbortController().signal };
  return await fakeCodex(runner).listSessions?.(home, host);
}

function thread(id: string, more: object = {}): object {
  return {
    id,
    preview: `prompt ${id}`,
    name: null,
    cwd: home,
    updatedAt: 1,
    parentThreadId: null,
    source: "cli",
    ...more,
  };
}

describe("the sessions of a directory", () => {
  it("are those Codex tells, newest first, with its title or the first prompt in one line", async () => {
    const [own] = await recorded();
    const sessions = decodeThreadList(own, "/home/user/project");
    expect(sessions.map(({ title }) => title)).toEqual([
      "[Image]",
      "AGENT(look into it)",
      "A name of its own",
      "first line and a second one",
      "exec prompt",
      "PROPOSE",
    ]);
    expect(sessions[0]).toEqual({
      token: { engine: "codex", value: "01a1fedd-1c49-7271-b6a1-5b0cfeea1b3b" },
      title: "[Image]",
      cwd: "/home/user/project",
      updatedAt: 1_795_277_266_000,
    });
  });

  it("are without those of sub-agents, and without empty ones", async () => {
    const [own, all] = await recorded();
    expect(decodeThreadList(all, "/")).toEqual(decodeThreadList(own, "/"));
    const data = [thread("a", { preview: "" }), thread("b", { ephemeral: true }), { odd: true }, 7, thread("c")];
    expect(decodeThreadList({ data }, "/").map(({ token }) => token.value)).toEqual(["c"]);
    expect([decodeThreadList(undefined, "/"), decodeThreadList({ data: "?" }, "/")]).toEqual([[], []]);
  });

  it("have titles of at most 80 characters", () => {
    const data = [thread("a", { preview: "x".repeat(200_000) }), thread("b", { preview: `${"y".repeat(78)}😀 more` })];
    const [long, split] = decodeThreadList({ data }, "/").map(({ title }) => title);
    expect(long).toBe(`${"x".repeat(79)}…`);
    expect(split).toBe(`${"y".repeat(78)}…`);
  });

  it.each(["app_server", "exec"])("are asked of an app-server, which is gone afterwards (%s)", async (mode) => {
    await useCodex({ data: [thread("a"), thread("b", { updatedAt: 2 })] });
    const sessions = await list({ config: { mode } });
    expect(sessions?.map(({ token }) => token.value)).toEqual(["b", "a"]);
    const params: unknown = JSON.parse(await readFile(join(home, "list.json.params"), "utf8"));
    expect(params).toMatchObject({ cwd: home, limit: 100, modelProviders: [] });
    expect(params).toMatchObject({ sourceKinds: expect.arrayContaining(["cli", "vscode", "exec", "appServer"]) });
  });

  it("are none, and no process is started, where Codex was never used", async () => {
    expect(await list({ config: { command: "/no/such/codex" } })).toEqual([]);
  });

  it("can't be told by a program that is missing, too old, or out of order", async () => {
    await useCodex("no JSON-RPC result");
    await expect(list({ config: { command: "/no/such/codex" } })).rejects.toThrow("npm install -g @openai/codex");
    await expect(list({ words: ["--old"] })).rejects.toThrow("This codex can't list its sessions. Update it");
    await rm(join(home, "list.json"));
    await expect(list()).rejects.toThrow("codex refused the request");
  });

  it("are given up when the host aborts, and the process with it", async () => {
    await useCodex({ data: [] });
    const aborter = new AbortController();
    const listing = list({ words: ["--deaf"], patience: { exitMs: 200, termMs: 200 } }, aborter.signal);
    const givenUp = expect(listing).rejects.toThrow("enough");
    await expect.poll(() => existsSync(join(home, "list.json.params"))).toBe(true);
    aborter.abort(new Error("enough"));
    await givenUp;
    await expect(list({}, aborter.signal)).rejects.toThrow("enough");
  });
});

/** Says so when it has the lock, and keeps it until its input ends. */
function holdLock(path: string): ChildProcessWithoutNullStreams {
  return spawn("/bin/sh", ["-c", 'exec flock "$0" sh -c "echo held; read line"', path]);
}

describe.runIf(process.platform === "linux")("a session", () => {
  it("is open while a process holds its lock, whose file outlives it", async () => {
    await useCodex({ data: [thread("held"), thread("left"), thread("free")] });
    expect((await list())?.map((session) => "isOpen" in session)).toEqual([false, false, false]);
    const locks = join(home, "thread-writer-locks");
    await mkdir(locks);
    await writeFile(join(locks, "left.lock"), "");
    const holder = holdLock(join(locks, "held.lock"));
    try {
      await once(holder.stdout, "data");
      const sessions = await list();
      expect(sessions?.map(({ token, isOpen }) => [token.value, isOpen])).toEqual([
        ["held", true],
        ["left", false],
        ["free", false],
      ]);
    } finally {
      holder.stdin.end();
      await once(holder, "exit");
    }
    expect((await list())?.map(({ isOpen }) => isOpen)).toEqual([false, false, false]);
  });

  it("is not open because of a run here", async () => {
    const runner = fakeCodex();
    const host = createTestHost();
    const locks = join(home, "thread-writer-locks");
    await mkdir(locks);
    for await (const event of runner.run(runRequest({ prompt: "HANG" }), host)) {
      if (event.type !== "started") continue;
      const { value } = event.resume;
      await useCodex({ data: [thread(value)] });
      const holder = holdLock(join(locks, `${value}.lock`));
      await once(holder.stdout, "data");
      const sessions = await runner.listSessions?.(home, { env: environment(), signal: new AbortController().signal });
      expect(sessions?.map(({ isOpen }) => isOpen)).toEqual([false]);
      holder.stdin.end();
      await once(holder, "exit");
      host.abort();
    }
    expect(await collect(runner.run(runRequest({ prompt: "hi" }), createTestHost()))).toHaveLength(2);
  });
});
