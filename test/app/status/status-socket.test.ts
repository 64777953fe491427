import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { once } from "node:events";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { askStatus } from "../../../src/app/status/ask-status.ts";
import { makePrivateFolder, statusAddress, statusAddresses } from "../../../src/app/status/status-address.ts";
import { serveStatus, type StatusServer } from "../../../src/app/status/status-server.ts";
import { quietReport } from "./quiet-report.ts";
import { RecordingLog } from "../../telegram/recording-log.ts";

let dir: string;
let log: RecordingLog;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "takopi-status-"));
  log = new RecordingLog();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
});

async function serve(env: Readonly<Record<string, string>> = {}, place = dir): Promise<StatusServer | undefined> {
  const server = await serveStatus({ dir: place, env }, { report: () => quietReport, log });
  onTestFinished(() => server?.close());
  return server;
}

/** A directory in which no socket can be. */
function deepDir(): string {
  const deep = join(dir, "d".repeat(100));
  mkdirSync(deep);
  return deep;
}

describe("the status socket", () => {
  it("gives the report to who asks", async () => {
    await serve();
    expect(await askStatus({ dir, env: {} })).toEqual({ kind: "report", report: quietReport });
  });

  it("can be used by this user only", async () => {
    const server = await serve();
    expect(server?.address).toBe(join(dir, "takopi.sock"));
    expect(lstatSync(join(dir, "takopi.sock")).mode & 0o777).toBe(0o600);
  });

  it("takes the place of one that is left of a killed bot", async () => {
    const first = await serve();
    first?.close();
    // The file stays when its process is killed.
    const left = createServer().listen(join(dir, "takopi.sock"));
    await once(left, "listening");
    onTestFinished(() => void left.close());
    const second = await serve();
    expect(second?.address).toBe(join(dir, "takopi.sock"));
    expect(await askStatus({ dir, env: {} })).toMatchObject({ kind: "report" });
  });

  it("is gone after the end, and the bot is said not to run", async () => {
    (await serve())?.close();
    expect(existsSync(join(dir, "takopi.sock"))).toBe(false);
    expect(await askStatus({ dir, env: {} })).toEqual({ kind: "not_running" });
  });

  it("leaves a file alone that is no socket, and goes elsewhere", async () => {
    writeFileSync(join(dir, "takopi.sock"), "mine");
    const server = await serve({ XDG_RUNTIME_DIR: dir });
    expect(readFileSync(join(dir, "takopi.sock"), "utf8")).toBe("mine");
    expect(server?.address).toMatch(new RegExp(`^${dir}/takopi-${userInfo().uid}/[0-9a-f]{16}\\.sock$`));
    expect(await askStatus({ dir, env: {} })).toMatchObject({ kind: "report" });
  });

  it("is found in its short place also by those whose environment names another", async () => {
    const deep = deepDir();
    const server = await serve({ XDG_RUNTIME_DIR: dir }, deep);
    expect(Buffer.byteLength(server?.address ?? "")).toBeLessThanOrEqual(103);
    expect(lstatSync(join(dir, `takopi-${userInfo().uid}`)).mode & 0o777).toBe(0o700);
    expect(await askStatus({ dir: deep, env: { XDG_RUNTIME_DIR: "/nowhere" } })).toEqual({
      kind: "report",
      report: quietReport,
    });
    server?.close();
    expect(existsSync(join(deep, "takopi.sock.path"))).toBe(false);
  });

  it("does not go where others may look", async () => {
    const folder = join(dir, `takopi-${userInfo().uid}`);
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    expect(() => makePrivateFolder(folder)).toThrow("others may look into it");
    const server = await serve({ XDG_RUNTIME_DIR: dir }, deepDir());
    expect(server?.address.startsWith(dir)).toBe(false);
  });

  it("answers no other question, and nobody who asks without end", async () => {
    const server = await serve();
    expect(await exchange(server, '{"ask":"prompt"}\n')).toBe('{"problem":"ask {\\"ask\\":\\"status\\"}"}\n');
    expect(await exchange(server, "x".repeat(5_000))).toBe("");
    expect(await exchange(server, "not json\n")).toContain("problem");
  });

  it("is a named pipe on Windows", () => {
    const [pipe = "", ...others] = statusAddresses({ dir, env: {}, platform: "win32" });
    expect(pipe).toMatch(/^\\\\\.\\pipe\\takopi-[0-9a-f]{16}$/);
    expect(others).toEqual([]);
    expect(statusAddress({ dir, env: {}, platform: "win32" })).toBe(pipe);
  });
});

describe("asking", () => {
  it("names the process that holds the journal and offers no status", async () => {
    writeFileSync(join(dir, "takopi.db.lock.pid"), `${process.pid}\n`);
    expect(await askStatus({ dir, env: {} })).toEqual({
      kind: "silent",
      pid: process.pid,
      problem: "it offers no status (it may just be starting)",
    });
  });

  it("does not take a pid that is left for a running bot", async () => {
    writeFileSync(join(dir, "takopi.db.lock.pid"), "999999999\n");
    expect(await askStatus({ dir, env: {} })).toEqual({ kind: "not_running" });
  });

  it.each([
    ['{"format":2}\n', "it is of another version of takopi"],
    ["<html>", "it is of another version of takopi"],
  ])("says so when the answer is %j", async (text, problem) => {
    const other = createServer((socket) => socket.end(text)).listen(join(dir, "takopi.sock"));
    await once(other, "listening");
    onTestFinished(() => void other.close());
    expect(await askStatus({ dir, env: {} })).toEqual({ kind: "silent", problem });
  });

  it("does not wait for ever", async () => {
    const mute = createServer((socket) => socket.on("error", () => {})).listen(join(dir, "takopi.sock"));
    await once(mute, "listening");
    onTestFinished(() => void mute.close());
    expect(await askStatus({ dir, env: {} })).toEqual({ kind: "silent", problem: "it does not answer" });
  });
});

async function exchange(server: StatusServer | undefined, text: string): Promise<string> {
  const socket = createConnection(server?.address ?? "");
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk));
  socket.on("error", () => {});
  socket.write(text);
  await once(socket, "close");
  return answer;
}
