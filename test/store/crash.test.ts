import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { AlreadyRunningError, acquireInstanceLock } from "../../src/store/instance-lock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { compileStore } from "./compiled-store.ts";
import { tempDir } from "./factories.ts";

type Child = ChildProcessByStdio<Writable, Readable, null>;

let build = "";
beforeAll(() => {
  build = compileStore();
});
afterAll(() => {
  rmSync(build, { recursive: true, force: true });
});

/** Runs a program of `fixtures/`; it is killed after the test at the latest. */
function start(program: string, path: string): Child {
  const child = spawn(process.execPath, [join(import.meta.dirname, "fixtures", program), build, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function firstLine(child: Child): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) return line;
  return "";
}

async function killHard(child: Child): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

describe("the instance lock across processes", () => {
  it("turns the second one away with the pid of the first, and is free at once when the first is killed", async () => {
    const path = join(tempDir(), "bot.lock");
    const holder = start("hold-lock.mjs", path);
    expect(await firstLine(holder)).toBe("held");
    expect(await firstLine(start("hold-lock.mjs", path))).toBe(`AlreadyRunningError ${holder.pid}`);
    expect(() => acquireInstanceLock(path)).toThrow(AlreadyRunningError);
    expect(() => acquireInstanceLock(path)).toThrow(`as process ${holder.pid}`);

    await killHard(holder);
    acquireInstanceLock(path).release();
  });
});

describe("a bot that is killed while it writes", () => {
  it.each([1, 40, 173])("has every run it had accepted and every answer it had ended, at line %i", async (lines) => {
    const path = join(tempDir(), "takopi.db");
    const { accepted, ended } = await killAfter(start("accept-forever.mjs", path), lines);
    const store = openStore({ path, now: () => 1 });
    const runs = store.runsInState(["queued", "running", "done"]);
    expect(runs.length).toBeGreaterThanOrEqual(accepted);
    expect(runs.filter((run) => run.state === "done").length).toBeGreaterThanOrEqual(ended);
    store.close();

    const raw = new Database(path, { readonly: true });
    expect(
      raw
        .prepare(
          "SELECT count(*) AS torn FROM runs WHERE state = 'done' AND 2 <> (SELECT count(*) FROM outbox WHERE run_id = runs.id)",
        )
        .get(),
    ).toEqual({ torn: 0 });
    expect(
      raw.prepare("SELECT count(*) AS torn FROM outbox JOIN runs ON runs.id = run_id WHERE runs.state <> 'done'").get(),
    ).toEqual({ torn: 0 });
    expect(
      raw
        .prepare(
          "SELECT count(*) AS torn FROM inbox LEFT JOIN runs ON runs.id = 'r' || update_id WHERE (inbox.state = 'finished') <> (runs.id IS NOT NULL)",
        )
        .get(),
    ).toEqual({ torn: 0 });
    raw.close();
  });
});

/** Kills the child after it has said `lines` lines; returns the highest number it said, even if that came later. */
async function killAfter(child: Child, lines: number): Promise<{ accepted: number; ended: number }> {
  const highest = { accepted: 0, ended: 0 };
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, number] = line.split(" ");
    if (what === "accepted" || what === "ended") highest[what] = Number(number);
    count += 1;
    if (count === lines) child.kill("SIGKILL");
  }
  return highest;
}
