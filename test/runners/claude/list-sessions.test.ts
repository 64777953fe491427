import { cp, mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listSessions } from "../../../runners/claude/list-sessions.ts";
import type { SessionHost, SessionSummary } from "../../../src/runner/runner.ts";
import { readProcessTable } from "../../../src/wire/process-table.ts";
import { createTestHost } from "../../factories.ts";
import { claudeRequest, fakeClaude } from "./fake-claude.ts";
import { fixturesUrl } from "./replay.ts";

const recorded = fileURLToPath(new URL("sessions-on-disk/projects", fixturesUrl));
const shop = "c42a741b-2e2d-4571-bf30-5e7332b7dc7e";
const [named, subagents, story] = [
  "8d6ce45e-6b60-46ec-a9a3-9654093316d8",
  "5f20295c-431e-4659-9007-031296b91e7d",
  "e6f7378e-bcd7-4f9d-8ae2-2bfd330693eb",
];

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "takopi-sessions-")));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

function hostWith(more: Partial<SessionHost> = {}): SessionHost {
  return { signal: new AbortController().signal, env: { HOME: home }, ...more };
}

async function list(cwd: string, own: readonly string[] = [], host = hostWith()): Promise<readonly SessionSummary[]> {
  return await listSessions({ cwd, host, own: new Set(own) });
}

const folderOf = (cwd: string): string => cwd.replaceAll(/[^A-Za-z0-9]/gu, "-");
const idOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
const asked = (cwd: string, content: unknown, more = {}): object => ({
  type: "user",
  isSidechain: false,
  cwd,
  message: { role: "user", content },
  ...more,
});

interface Written {
  readonly cwd?: string;
  readonly id?: string;
  readonly folder?: string;
  /** Seconds since 1970. */
  readonly at?: number;
}

/** Writes a transcript of these lines; a string is written as it is. */
async function write(lines: readonly (object | string)[], to: Written = {}): Promise<void> {
  const { cwd = "/work", id = idOf(1), folder = folderOf(cwd), at = 1_700_000_000 } = to;
  const path = join(home, ".claude/projects", folder, `${id}.jsonl`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  await utimes(path, at, at);
}

async function titleOf(...lines: readonly object[]): Promise<string | undefined> {
  await write(lines);
  return (await list("/work"))[0]?.title;
}

describe("the sessions of a directory", () => {
  it("are those the CLI has on disk, also those begun in a terminal, with their titles", async () => {
    await cp(recorded, join(home, ".claude/projects"), { recursive: true });
    const titles = new Map((await list("/home/user/project")).map(({ token, title }) => [token.value, title]));
    expect([...titles.keys()].toSorted()).toEqual([subagents, named, story].toSorted());
    expect(titles.get(named)).toBe("telegram work");
    expect(titles.get(subagents)).toBe("SUBAGENT(RUN_BASH(echo from the sub-agent) now)");
    expect(titles.get(story)).toBe("THINK and tell me a short story");
    expect(await list("/home/user/shop")).toMatchObject([
      { token: { engine: "claude", value: shop }, title: "login work", cwd: "/home/user/shop" },
    ]);
  });

  it("come newest first, at most a hundred", async () => {
    for (let index = 0; index < 120; index += 1)
      await write([asked("/work", "hi")], { id: idOf(index), at: 1_700_000_000 + ((index * 7) % 120) });
    const sessions = await list("/work");
    expect(sessions).toHaveLength(100);
    const times = sessions.map(({ updatedAt }) => updatedAt);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times[0]).toBe(1_700_000_119_000);
  });

  it("are none where the CLI was never used, and none of another directory whose name looks the same on disk", async () => {
    expect(await list("/work/a-b")).toEqual([]);
    await write([asked("/work/a.b", "hi")], { cwd: "/work/a.b" });
    expect(await list("/work/a-b")).toEqual([]);
    expect(await list("/work/a.b")).toHaveLength(1);
  });

  it("are found under a name that is too long for the CLI, too", async () => {
    const cwd = `/work/${"long/".repeat(60)}`;
    await write([asked(cwd, "hi")], { cwd, folder: `${folderOf(cwd).slice(0, 200)}-y6b64w` });
    expect(await list(cwd)).toHaveLength(1);
  });

  it("are found through a link to it, and may have moved on to another one", async () => {
    const [real, link] = [join(home, "real"), join(home, "link")];
    await mkdir(real);
    await symlink(real, link);
    await write([asked(real, "hi"), asked("/elsewhere", "there")], { cwd: real });
    expect(await list(link)).toMatchObject([{ cwd: link }]);
  });

  it("are looked for where the environment says", async () => {
    await write([asked("/work", "hi")]);
    const env = { HOME: "/nowhere", CLAUDE_CONFIG_DIR: join(home, ".claude") };
    expect(await list("/work", [], hostWith({ env }))).toHaveLength(1);
    expect(await list("/work", [], hostWith({ env: { ...env, CLAUDE_CONFIG_DIR: "" } }))).toEqual([]);
  });

  it("are not those of sub-agents, nor empty ones, nor broken files", async () => {
    await write([asked("/work", "look around", { isSidechain: true })], { id: idOf(1) });
    await write([{ type: "mode" }, { type: "system", isSidechain: false, cwd: "/work" }], { id: idOf(2) });
    await write(["\u0000\u0001 this is no JSON", "{"], { id: idOf(3) });
    await write([], { id: idOf(4) });
    await write([asked("/work", "hi")], { id: "agent-1234" });
    await mkdir(join(home, ".claude/projects/-work", `${idOf(5)}.jsonl`));
    await symlink("/no/such/file", join(home, ".claude/projects/-work", `${idOf(6)}.jsonl`));
    await write(["{ half a line", asked("/work", "hi")], { id: idOf(7) });
    expect((await list("/work")).map(({ token }) => token.value)).toEqual([idOf(7)]);
  });

  it("are read at both ends only, however long they are", async () => {
    const filler = { type: "assistant", message: { content: "x".repeat(200_000) } };
    await write([asked("/work", "first words"), filler, { type: "last-prompt", lastPrompt: "last words" }]);
    expect(await list("/work")).toMatchObject([{ title: "first words" }]);
    await write([asked("/work", "first words"), filler, { type: "custom-title", customTitle: "Never read" }, filler]);
    expect(await list("/work")).toMatchObject([{ title: "first words" }]);
    await write([asked("/work", "y".repeat(100_000)), filler, { type: "ai-title", aiTitle: "Long things" }]);
    expect(await list("/work")).toMatchObject([{ title: "Long things" }]);
    await write([asked("/work", "y".repeat(100_000)), filler, filler]);
    expect(await list("/work")).toHaveLength(1);
  });

  it("are not looked for once nobody wants them", async () => {
    await write([asked("/work", "hi")]);
    await expect(list("/work", [], hostWith({ signal: AbortSignal.abort() }))).rejects.toThrow("aborted");
  });
});

describe("the title of a session", () => {
  const prompt = asked("/work", "the first prompt");

  it("is the user's, else the CLI's, else the first prompt; the last one counts", async () => {
    const ai = { type: "ai-title", aiTitle: "By the CLI" };
    const custom = [1, 2].map((count) => ({ type: "custom-title", customTitle: `By the user ${count}` }));
    expect(await titleOf(prompt, ...custom, ai)).toBe("By the user 2");
    expect(await titleOf(prompt, ai)).toBe("By the CLI");
    expect(await titleOf(prompt, { type: "summary", summary: "Of some session" }, asked("/work", "more"))).toBe(
      "the first prompt",
    );
    expect(await titleOf(prompt, { type: "custom-title", customTitle: " " })).toBe("the first prompt");
  });

  it("is one line of 80 characters at most", async () => {
    expect(await titleOf(asked("/work", "  two\n\nlines\t "))).toBe("two lines");
    expect(await titleOf(asked("/work", `a${"👍".repeat(60)}`))).toBe(`a${"👍".repeat(39)}…`);
    expect(await titleOf(asked("/work", "👍".repeat(60)))).toBe(`${"👍".repeat(39)}…`);
  });

  it("is what the user wrote, not what programs wrote in their place", async () => {
    const reminders = [
      asked("/work", "Caveat: what follows was not written by the user", { isMeta: true }),
      asked("/work", "<local-command-stdout>x</local-command-stdout>"),
      asked("/work", "A summary of what was before", { isCompactSummary: true }),
      asked("/work", [{ type: "tool_result", tool_use_id: "t", content: "x" }]),
      asked("/work", "[Request interrupted by user]"),
    ];
    const blocks = [
      { type: "text", text: "<ide_opened_file>a.ts</ide_opened_file>" },
      { type: "text", text: "what is this?" },
    ];
    expect(await titleOf(...reminders, asked("/work", blocks))).toBe("what is this?");
  });

  it("may be the last prompt, or a command of the terminal", async () => {
    const command =
      "<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>42</command-args>";
    expect(await titleOf(asked("/work", command))).toBe("/review 42");
    expect(await titleOf({ type: "assistant", cwd: "/work" }, { type: "last-prompt", lastPrompt: "and then?" })).toBe(
      "and then?",
    );
    expect(await titleOf({ type: "assistant", cwd: "/work" })).toBeUndefined();
  });
});

describe("a session that is open", () => {
  async function open(pid: number, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const record = { pid, sessionId: idOf(1), cwd: "/work", entrypoint: "cli", kind: "interactive", ...more };
    await mkdir(join(home, ".claude/sessions"), { recursive: true });
    await writeFile(join(home, ".claude/sessions", `${pid}.json`), JSON.stringify(record));
  }

  const isOpen = async (own: readonly string[] = []): Promise<boolean | undefined> =>
    (await list("/work", own))[0]?.isOpen;
  const procStart = async (): Promise<string> => {
    const self = (await readProcessTable()).find(({ pid }) => pid === process.pid);
    return String(self?.startedAt);
  };

  beforeEach(async () => {
    await write([asked("/work", "hi")]);
  });

  it("is not known where the CLI keeps no record", async () => {
    expect((await list("/work"))[0]).not.toHaveProperty("isOpen");
  });

  it("is one that a living process has", async () => {
    await open(process.pid, process.platform === "linux" ? { procStart: await procStart() } : {});
    expect(await isOpen()).toBe(true);
  });

  it("is not one of a process that is gone, or whose number another one has now", async () => {
    await open(2 ** 22 + 1);
    expect(await isOpen()).toBe(false);
    if (process.platform !== "linux") return;
    await open(process.pid, { procStart: "1" });
    expect(await isOpen()).toBe(false);
  });

  it("is not one that only a run here works in, but one that a terminal has as well", async () => {
    await open(process.pid, { entrypoint: "sdk-cli" });
    expect([await isOpen(), await isOpen([idOf(1)])]).toEqual([true, false]);
    await open(process.pid, { entrypoint: "cli" });
    expect(await isOpen([idOf(1)])).toBe(true);
  });

  it("is not one of a run that works in it here, but is when that has ended and another program has it", async () => {
    const runner = fakeClaude();
    const host = createTestHost({ env: { PATH: process.env["PATH"] ?? "", HOME: home } });
    const seen: unknown[] = [];
    const look = async (): Promise<void> => {
      seen.push((await runner.listSessions?.("/work", hostWith()))?.[0]?.isOpen);
    };
    for await (const event of runner.run(claudeRequest({ prompt: "HANG" }), host)) {
      if (event.type !== "started") continue;
      await write([asked("/work", "hi")], { id: event.resume.value, at: 1_800_000_000 });
      await open(process.pid, { sessionId: event.resume.value, entrypoint: "sdk-cli" });
      await look();
      host.abort();
    }
    await look();
    expect(seen).toEqual([false, true]);
  });

  it("is not found in what is no record", async () => {
    await open(process.pid, { sessionId: 7 });
    await writeFile(join(home, ".claude/sessions/1.json"), "{");
    await writeFile(join(home, ".claude/sessions/1.abc.key"), "{}");
    expect(await isOpen()).toBe(false);
  });
});
