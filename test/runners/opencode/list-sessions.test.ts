import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Fields } from "../../../src/runner/fields.ts";
import type { SessionSummary } from "../../../src/runner/runner.ts";
import { fakeOpencode } from "./fake-opencode.ts";
import { fixturesUrl } from "./replay.ts";
import { processesWith } from "../../live/run-processes.ts";

const response = z.object({ path: z.string(), body: z.array(z.record(z.string(), z.unknown())) });
const project = "/home/user/project";

let recorded: readonly Fields[];
let recordedMessages: readonly Fields[];

beforeAll(async () => {
  const lines = (await readFile(new URL("serve-sessions.jsonl", fixturesUrl), "utf8")).trim().split("\n");
  const [sessions, messages] = lines.map((line) => response.parse(JSON.parse(line)).body);
  recorded = sessions ?? [];
  recordedMessages = messages ?? [];
});

let lists = 0;

interface Listing {
  readonly saved?: readonly unknown[];
  readonly messages?: readonly unknown[];
  readonly fake?: string;
  readonly mute?: string;
  readonly signal?: AbortSignal;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Marks the programs that a listing starts. */
const mark = (): string => `takopi-list-${process.pid}-${lists}`;

async function list({ saved = [], messages = [], fake = "", mute = "", signal, config = {} }: Listing = {}): Promise<
  readonly SessionSummary[]
> {
  lists += 1;
  const env = {
    PATH: process.env["PATH"] ?? "",
    OPENCODE_FAKE: fake,
    OPENCODE_FAKE_MUTE: mute,
    OPENCODE_FAKE_SESSIONS: JSON.stringify(saved).replaceAll(project, process.cwd()),
    OPENCODE_FAKE_MESSAGES: JSON.stringify(messages),
    XDG_TAKOPI_TEST: mark(),
  };
  const host = { env, signal: signal ?? new AbortController().signal };
  return (await fakeOpencode({ config }).listSessions?.(process.cwd(), host)) ?? [];
}

const session = (id: string, more: Fields = {}): Fields => ({
  id,
  directory: project,
  title: id,
  time: { created: 1, updated: 2 },
  ...more,
});
const titlesOf = (sessions: readonly SessionSummary[]): readonly unknown[] => sessions.map(({ title }) => title);

describe("the sessions of a directory", () => {
  it("are those the engine keeps, newest first, without those that are empty, put away or of sub-agents", async () => {
    const sessions = await list({ saved: recorded, messages: recordedMessages });
    expect(titlesOf(sessions)).toEqual(["HTTP(401)", "With a sub-agent", "One", "workdir", "lost", "plan", "plan"]);
    expect(sessions[2]).toEqual({
      token: { engine: "opencode", value: recorded.find(({ title }) => title === "One")?.["id"] },
      title: "One",
      cwd: process.cwd(),
      updatedAt: 1795277508354,
    });
  });

  it("are none where the engine was never used", async () => {
    expect(await list()).toEqual([]);
    expect(fakeOpencode().capabilities.sessions).toBe(true);
    expect(await list({ config: { mode: "run" } })).toEqual([]);
  });

  it("are not those of other directories, and no broken ones", async () => {
    const time = { created: 1, updated: 2 };
    const saved = [
      session("ses_mine"),
      session("ses_theirs", { directory: `${project}/sub` }),
      session("ses_child", { parentID: "ses_mine" }),
      { id: 7 },
      { id: "ses_x", time },
      "odd",
    ];
    expect(titlesOf(await list({ saved }))).toEqual(["ses_mine"]);
  });

  it("are a hundred at most, in the order of their last change", async () => {
    const saved = Array.from({ length: 120 }, (_, index) =>
      session(`ses_${index}`, { time: { created: 1, updated: 100 + index } }),
    );
    const sessions = await list({ saved });
    expect(sessions).toHaveLength(100);
    expect(titlesOf(sessions).slice(0, 2)).toEqual(["ses_119", "ses_118"]);
  });
});

describe("a title", () => {
  it("is one line of eighty characters, and no half of an emoji", async () => {
    const saved = [session("ses_1", { title: `one\n\ntwo ${"🐙".repeat(100)}` })];
    expect(titlesOf(await list({ saved }))).toEqual([`one two ${"🐙".repeat(35)}…`]);
  });

  it("is what was written first where no model has thought up one", async () => {
    const title = "New session - 2026-11-21T16:12:06.713Z";
    const said = (role: string, ...parts: readonly unknown[]): unknown => ({ info: { role }, parts });
    const text = (words: string, more: Fields = {}): unknown => ({ type: "text", text: words, ...more });
    const saved = [session("ses_1", { title })];
    const messages = [
      said("user", text("<reminder>", { synthetic: true })),
      said("assistant", text("hello")),
      said("user", { type: "file" }, text("look\nat"), text("this")),
    ];
    expect(titlesOf(await list({ saved, messages }))).toEqual(["look at this"]);
    expect(await list({ saved, messages: [] })).toEqual([
      { token: { engine: "opencode", value: "ses_1" }, cwd: process.cwd(), updatedAt: 2 },
    ]);
  });
});

describe("the server that is asked", () => {
  it("is gone when the answer is there", async () => {
    await list({ saved: recorded });
    expect(await processesWith(`XDG_TAKOPI_TEST=${mark()}`)).toEqual([]);
  });

  it("is gone when nobody waits for its answer any more", async () => {
    const folder = await mkdtemp(join(tmpdir(), "takopi-opencode-list-"));
    const mute = join(folder, "asked");
    const waiting = new AbortController();
    const listing = list({ mute, signal: waiting.signal });
    const outcome = expect(listing).rejects.toThrow("aborted");
    await vi.waitFor(async () => expect(await readFile(mute, "utf8")).toBe("/session"), { timeout: 15_000 });
    waiting.abort();
    await outcome;
    expect(await processesWith(`XDG_TAKOPI_TEST=${mark()}`)).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  it("is not even started when nobody waits", async () => {
    await expect(list({ signal: AbortSignal.abort() })).rejects.toThrow("cancelled");
  });

  it("says why it does not come up", async () => {
    await expect(list({ fake: "broken" })).rejects.toThrow("Error: your config is broken");
    await expect(list({ config: { command: "/no/such/opencode" } })).rejects.toThrow("npm install -g opencode-ai");
  });
});
