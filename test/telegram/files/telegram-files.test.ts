import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { FileError } from "../../../src/bridge/files/file-error.ts";
import type { Files } from "../../../src/bridge/ports.ts";
import { createApi } from "../../../src/telegram/create-api.ts";
import { createTelegramFiles } from "../../../src/telegram/files/telegram-files.ts";
import { FakeClock } from "../fake-clock.ts";
import { bytes, cut, FileServer, located, refused, stalled } from "./file-server.ts";

const token = "1:very-secret-token";
let server: FileServer;
let clock: FakeClock;
let cwd: string;

beforeEach(async () => {
  server = await FileServer.start();
  clock = new FakeClock();
  cwd = mkdtempSync(join(tmpdir(), "takopi-files-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
});

function files(uploadsDir = "incoming"): Files {
  const api = createApi({ token, apiRoot: server.url });
  return createTelegramFiles({
    api,
    token,
    apiRoot: server.url,
    clock,
    uploadsDir,
    denyGlobs: [".env", "*.pem", ".git/**"],
  });
}

function get(
  name = "report.pdf",
  { uploadsDir = "incoming", signal = new AbortController().signal } = {},
): Promise<string> {
  const file = { fileId: "f", uniqueId: "u", name, mediaType: "application/pdf" };
  return files(uploadsDir).fetch({ file, cwd, key: "run-0" }, signal);
}

/** How a fetch fails; that nothing of the file is left and the token is not told is looked at every time. */
async function failure(fetching: Promise<string>): Promise<string> {
  const error: unknown = await fetching.catch((reason: unknown) => reason);
  if (!(error instanceof FileError)) throw new Error(`no FileError: ${String(error)}`);
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(
    "very-secret",
  );
  const folder = join(cwd, "incoming");
  if (existsSync(folder)) expect(readdirSync(folder).filter((name) => name !== ".gitignore")).toEqual([]);
  return `${error.fault}: ${error.message}`;
}

describe("a file from Telegram", () => {
  it("is in the folder for files, for this user alone, and git does not see it", async () => {
    server.script(located("documents/file_1.pdf", 5), bytes("hello"));
    const path = await get();
    expect(path).toBe(join(cwd, "incoming/report.pdf"));
    expect(readFileSync(path, "utf8")).toBe("hello");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, "incoming/.gitignore"), "utf8")).toBe("*\n");
    expect(readdirSync(join(cwd, "incoming")).toSorted()).toEqual([".gitignore", "report.pdf"]);
    expect(server.asked).toEqual([`/bot${token}/getFile`, `/file/bot${token}/documents/file_1.pdf`]);
  });

  it("overwrites none of the same name, and leaves a folder that was there as it is", async () => {
    mkdirSync(join(cwd, "incoming"));
    writeFileSync(join(cwd, "incoming/report.pdf"), "mine");
    server.script(located(), bytes("one"), located(), bytes("two"));
    expect([await get(), await get()].map((path) => readFileSync(path, "utf8"))).toEqual(["one", "two"]);
    expect(readdirSync(join(cwd, "incoming")).toSorted()).toEqual(["report-2.pdf", "report-3.pdf", "report.pdf"]);
    expect(readFileSync(join(cwd, "incoming/report.pdf"), "utf8")).toBe("mine");
  });

  it("of 20 MB arrives whole", async () => {
    const content = Buffer.alloc(20 * 1024 * 1024, "abcdefg");
    server.script(located("documents/big", content.length), bytes(content));
    expect(readFileSync(await get()).equals(content)).toBe(true);
  });

  it("that is bigger than what Telegram gives to bots is refused for good", async () => {
    server.script(refused(400, "Bad Request: file is too big"));
    expect(await failure(get())).toBe("refused: it is bigger than the 20 MB that Telegram gives to bots");
  });

  it("of which only a part came is tried again", async () => {
    server.script(located(), cut("half of it"));
    expect(await failure(get())).toBe("broken: the connection broke off (ECONNRESET)");
    server.script(located("documents/file_1.pdf", 9), bytes("half"));
    expect(await failure(get())).toBe("broken: only 4 of 9 bytes came");
  });

  it("that stops coming is tried again", async () => {
    const gone = new Promise<void>((resolve) => server.script(located(), stalled("half of it", resolve)));
    const outcome = failure(get());
    await gone;
    await clock.timerOf(30_000);
    await clock.advance(30_000);
    expect(await outcome).toBe("broken: nothing came for 30 s");
  });

  it("is waited for while Telegram has trouble of its own", async () => {
    server.script(refused(502, "Bad Gateway"));
    expect(await failure(get())).toBe("unavailable: Telegram refused getFile: 502 Bad Gateway");
    server.script(located(), refused(500, "Internal"));
    expect(await failure(get())).toBe("unavailable: Telegram answered 500 instead of the file");
    const unreachable = createApi({ token, apiRoot: "http://127.0.0.1:1" });
    const options = {
      api: unreachable,
      token,
      apiRoot: "http://127.0.0.1:1",
      clock,
      uploadsDir: "incoming",
      denyGlobs: [],
    };
    const file = { fileId: "f", uniqueId: "u", name: "a", mediaType: "a/b" };
    const fetching = createTelegramFiles(options).fetch({ file, cwd, key: "k" }, new AbortController().signal);
    expect(await failure(fetching)).toMatch(/^unavailable: no connection to Telegram/);
  });

  it("is not asked for again before Telegram said so", async () => {
    server.script(refused(429, "Too Many Requests: retry after 7", { retry_after: 7 }));
    const outcome = failure(get());
    await clock.timerOf(7_000);
    await clock.advance(7_000);
    expect(await outcome).toMatch(/^unavailable: /);
  });

  it("leaves nothing when nobody wants it any more", async () => {
    const abort = new AbortController();
    const begun = new Promise<void>((resolve) => server.script(located(), stalled("half of it", resolve)));
    const fetching = get("report.pdf", { signal: abort.signal });
    await begun;
    abort.abort();
    await failure(fetching);
  });

  it("whose name is kept out is refused before it is asked for", async () => {
    expect(await failure(get(".env"))).toBe("refused: files of this name are not accepted (deny_globs)");
    expect(await failure(get("Key.PEM"))).toMatch(/^refused/);
    expect(await failure(get("config", { uploadsDir: "sub/.git/hooks" }))).toMatch(/^refused/);
    expect(server.asked).toEqual([]);
  });

  it("never goes through a link out of the project", async () => {
    const outside = mkdtempSync(join(tmpdir(), "takopi-outside-"));
    onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
    symlinkSync(outside, join(cwd, "incoming"));
    const error: unknown = await get().catch((reason: unknown) => reason);
    expect(String(error)).toContain("leads out of the project");
    await expect(get("a", { uploadsDir: "incoming/deeper" })).rejects.toThrow(/leads out/);
    await expect(get("a", { uploadsDir: "../elsewhere" })).rejects.toThrow(/leads out/);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(cwd, "../elsewhere"))).toBe(false);
  });

  it("is not written through a link that stands in its place", async () => {
    const victim = join(cwd, "victim");
    writeFileSync(victim, "mine");
    mkdirSync(join(cwd, "incoming"));
    symlinkSync(victim, join(cwd, "incoming/.run-0.part"));
    symlinkSync(victim, join(cwd, "incoming/report.pdf"));
    server.script(located(), bytes("evil"));
    await expect(get()).rejects.toThrow("a link is in its way");
    server.script(located(), bytes("good"));
    expect(await get()).toBe(join(cwd, "incoming/report-2.pdf"));
    expect(readFileSync(victim, "utf8")).toBe("mine");
  });

  it("has nowhere to go where the project is gone", async () => {
    rmSync(cwd, { recursive: true });
    expect(await failure(get())).toMatch(/^refused: the folder incoming can't be made in .* \(ENOENT\)$/);
  });
});
