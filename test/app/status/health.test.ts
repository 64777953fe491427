import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type HealthOutlets, type HealthReport, openHealth } from "../../../src/app/status/health.ts";
import { StartError } from "../../../src/app/start-error.ts";
import { freePort } from "../../free-port.ts";
import { FakeClock } from "../../telegram/fake-clock.ts";
import { RecordingLog } from "../../telegram/recording-log.ts";

let clock: FakeClock;
let log: RecordingLog;
let dir: string;
let health: HealthReport;

beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  dir = mkdtempSync(join(tmpdir(), "takopi-health-"));
  health = { status: "ok", problems: [], pid: 1, at: "2026-01-01T00:00:00.000Z" };
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
});

async function open(where: { readonly file?: string; readonly port?: number }): Promise<HealthOutlets> {
  const outlets = await openHealth({ ...where, clock, log, report: () => health });
  onTestFinished(() => outlets.close());
  return outlets;
}

describe("the health file", () => {
  it("is written every ten seconds while all is well, whole, for this user only", async () => {
    const file = join(dir, "deep", "health.json");
    await open({ file });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(health);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    health = { ...health, at: "2026-01-01T00:00:10.000Z" };
    await clock.advance(9_999);
    expect(readFileSync(file, "utf8")).not.toContain(health.at);
    await clock.advance(1);
    expect(readFileSync(file, "utf8")).toContain(health.at);
    expect(readdirSync(join(dir, "deep"))).toEqual(["health.json"]);
  });

  it.each(["unwell", "starting"] as const)("grows old while the bot is %s, and young again after", async (status) => {
    const file = join(dir, "health.json");
    await open({ file });
    const before = readFileSync(file, "utf8");
    health = { ...health, status, at: "2026-01-01T00:01:00.000Z" };
    await clock.advance(60_000);
    expect(readFileSync(file, "utf8")).toBe(before);
    health = { ...health, status: "ok" };
    await clock.advance(10_000);
    expect(readFileSync(file, "utf8")).toContain(health.at);
  });

  it("is gone after an orderly end", async () => {
    const file = join(dir, "health.json");
    (await open({ file })).close();
    expect(existsSync(file)).toBe(false);
    expect(clock.pending).toEqual([]);
  });

  it("that can't be written is said once", async () => {
    writeFileSync(join(dir, "not-a-directory"), "");
    await open({ file: join(dir, "not-a-directory", "health.json") });
    await clock.advance(60_000);
    expect(log.messages("error")).toEqual(["the health file can't be written"]);
  });
});

describe("the health port", () => {
  it("answers 200 while all is well, and 503 with the reason while it is not", async () => {
    const port = await freePort();
    await open({ port });
    const well = await fetch(`http://127.0.0.1:${port}/health`);
    expect([well.status, await well.json()]).toEqual([200, health]);
    health = { ...health, status: "unwell", problems: ["Telegram has not answered for 5m 00s"] };
    const unwell = await fetch(`http://127.0.0.1:${port}/health`);
    expect([unwell.status, await unwell.json()]).toEqual([503, health]);
    health = { ...health, status: "starting", problems: [] };
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(503);
  });

  it("has nothing else to say", async () => {
    const port = await freePort();
    await open({ port });
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/health`, { method: "POST" })).status).toBe(405);
  });

  it("that is taken keeps the bot from starting, with a sentence that says what to do", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const opening = open({ port });
    await expect(opening).rejects.toThrow(StartError);
    await expect(opening).rejects.toThrow(`health.port ${port} can't be used`);
  });
});
