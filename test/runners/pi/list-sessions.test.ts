import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sessionFolder } from "../../../runners/pi/session-folder.ts";
import type { SessionSummary } from "../../../src/runner/runner.ts";
import { fakePi } from "./fake-pi.ts";

const recorded = fileURLToPath(new URL("../../../fixtures/pi/sessions-on-disk/", import.meta.url));
const project = "/home/user/project";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "takopi-pi-sessions-"));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

interface Listing {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

async function list({ cwd = project, env = {}, config = {}, signal }: Listing = {}): Promise<
  readonly SessionSummary[]
> {
  const host = { env: { HOME: home, ...env }, signal: signal ?? new AbortController().signal };
  return (await fakePi({ config }).listSessions?.(cwd, host)) ?? [];
}

const titlesOf = (sessions: readonly SessionSummary[]): readonly unknown[] => sessions.map(({ title }) => title);

/** Where pi keeps the sessions of a directory, unless it is told otherwise. */
const folderOf = (cwd: string): string => join(home, ".pi/agent/sessions", `--${cwd.slice(1).replaceAll("/", "-")}--`);

const header = (cwd: string, id: string): unknown => ({ type: "session", version: 3, id, timestamp: "", cwd });
const user = (content: unknown): unknown => ({ type: "message", message: { role: "user", content } });
const named = (name?: string): unknown => ({ type: "session_info", ...(name === undefined ? {} : { name }) });

let age = 0;

/** Writes a session's file; each one is a minute older than the one before. */
async function save(folder: string, id: string, entries: readonly unknown[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `2026-01-01T00-00-00-000Z_${id}.jsonl`);
  await writeFile(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  age += 60;
  await utimes(path, 2_000_000_000 - age, 2_000_000_000 - age);
}

async function saveText(id: string, ...entries: readonly unknown[]): Promise<void> {
  await save(folderOf(project), id, [header(project, id), ...entries]);
}

describe("the sessions of a directory", () => {
  it("are those pi saved, newest first, by their name or their first prompt", async () => {
    await cp(recorded, join(home, ".pi/agent/sessions"), { recursive: true });
    const ids = ["01a1fec7-4d8f-7256-86fa-4ba53b060acc", "01a1fec7-4c2a-755f-9a77-f1d8baf93daf"];
    const times = ["2026-11-21T15-43-56-816Z", "2026-11-21T15-43-56-459Z"];
    for (const [index, id] of ids.entries()) {
      const path = join(folderOf(project), `${times[index]}_${id}.jsonl`);
      await utimes(path, 2_000_000_000 - index, 2_000_000_000 - index);
    }
    const sessions = await list();
    expect(sessions.slice(0, 2)).toEqual([
      { token: { engine: "pi", value: ids[0] }, title: "My name", cwd: project, updatedAt: 2_000_000_000_000 },
      {
        token: { engine: "pi", value: ids[1] },
        title: "Hello new second line",
        cwd: project,
        updatedAt: 1_999_999_999_000,
      },
    ]);
    expect(new Set(titlesOf(sessions.slice(2)))).toEqual(new Set(["HTTP(401)", "Hello old"]));
  });

  it("are none where pi was never used", async () => {
    expect(await list()).toEqual([]);
  });

  it("are not those of a directory whose folder has the same name, nor those nobody has written in", async () => {
    await saveText("mine", user("mine"));
    await save(folderOf(project), "theirs", [header("/home/user-project", "theirs"), user("theirs")]);
    await saveText("empty", { type: "model_change" });
    expect(titlesOf(await list())).toEqual(["mine"]);
  });

  it("are listed although a file among them is broken", async () => {
    await saveText("good", user("good"), "{ this is no entry");
    await save(folderOf(project), "number", [1]);
    await writeFile(join(folderOf(project), "broken.jsonl"), "{ this is no JSON\n");
    await writeFile(join(folderOf(project), "empty.jsonl"), "");
    await mkdir(join(folderOf(project), "folder.jsonl"));
    await symlink("/no/such/file", join(folderOf(project), "link.jsonl"));
    expect(titlesOf(await list())).toEqual(["good"]);
  });

  it("are a hundred at most", async () => {
    for (let index = 0; index < 103; index += 1) await saveText(`s${index}`, user(`prompt ${index}`));
    const sessions = await list();
    expect(sessions).toHaveLength(100);
    expect(titlesOf(sessions).slice(-1)).toEqual(["prompt 99"]);
  });

  it("are found through a symbolic link, under the name that was asked for", async () => {
    const link = join(home, "link");
    const real = join(home, "real");
    await mkdir(real);
    await symlink(real, link);
    await save(folderOf(real), "linked", [header(real, "linked"), user("hi")]);
    expect(await list({ cwd: link })).toMatchObject([{ token: { value: "linked" }, cwd: link }]);
  });

  it("are not read on when nobody waits for them any more", async () => {
    await saveText("one", user("one"));
    await expect(list({ signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });

  it("of a folder that can't be read are an error", async () => {
    await writeFile(join(home, "a-file"), "");
    await expect(list({ env: { PI_CODING_AGENT_SESSION_DIR: "~/a-file" } })).rejects.toThrow("ENOTDIR");
  });
});

describe("a title", () => {
  it("is one line of eighty characters, and no half of an emoji", async () => {
    await saveText("long", user(`  one\n\n\ttwo ${"🐙".repeat(100)}`));
    expect(titlesOf(await list())).toEqual([`one two ${"🐙".repeat(35)}…`]);
  });

  it("is what was written, beside and before images of megabytes, and in the older form", async () => {
    const image = { type: "image", data: "A".repeat(5_000_000), mimeType: "image/png" };
    await saveText(
      "image",
      { type: "message", message: { role: "system" } },
      user([image, { type: "text", text: "look" }]),
    );
    await saveText("old", user("as a string"));
    await saveText("bare", user([image]), user([{ type: "text", text: "later" }]));
    expect(titlesOf(await list())).toEqual(["look", "as a string", "later"]);
  });

  it("is the last name that was given, also late in a long session, or none when that was taken away", async () => {
    const talk = Array.from({ length: 30 }, () => ({ type: "message", message: { text: "x".repeat(50_000) } }));
    await saveText("late", user("first"), named("one"), ...talk, named("two"));
    await saveText("early", named("early"), user("first"), ...talk);
    await saveText("nameless", named("one"), user("first"), named());
    expect(titlesOf(await list())).toEqual(["two", "early", "first"]);
  });
});

describe("the folder of sessions", () => {
  const env = { HOME: "/home/me" };
  const folder = async (more: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<string> =>
    await sessionFolder(project, { env: { ...env, ...more }, args });

  it("is the one pi is told to use by a flag, by its environment, or where its own folder is", async () => {
    const all = { PI_CODING_AGENT_SESSION_DIR: "~/kept", PI_CODING_AGENT_DIR: "/etc/pi" };
    expect(await folder(all, ["--session-dir", "a", "--session-dir", "mine"])).toBe(`${project}/mine`);
    expect(await folder(all)).toBe("/home/me/kept");
    expect(await folder({ PI_CODING_AGENT_DIR: "/etc/pi" })).toBe("/etc/pi/sessions/--home-user-project--");
    expect(await folder()).toBe("/home/me/.pi/agent/sessions/--home-user-project--");
  });

  it("may be set by the user, and by the project before that", async () => {
    const [work, kept] = [join(home, "work"), join(home, "kept")];
    await mkdir(join(work, ".pi"), { recursive: true });
    await mkdir(join(home, ".pi/agent"), { recursive: true });
    await writeFile(join(home, ".pi/agent/settings.json"), `\uFEFF${JSON.stringify({ sessionDir: kept })}`);
    const find = async (): Promise<string> => basename(await sessionFolder(work, { env: { HOME: home }, args: [] }));
    expect(await find()).toBe("kept");
    await writeFile(join(work, ".pi/settings.json"), JSON.stringify({ sessionDir: "here" }));
    expect(await find()).toBe("here");
  });

  it("is that of the config's flags when the runner lists", async () => {
    await save(join(home, "elsewhere"), "other", [header(project, "other"), user("kept elsewhere")]);
    const config = { extra_args: ["--session-dir", join(home, "elsewhere")] };
    expect(titlesOf(await list({ config }))).toEqual(["kept elsewhere"]);
    expect(fakePi({ config }).capabilities.sessions).toBe(true);
  });
});
