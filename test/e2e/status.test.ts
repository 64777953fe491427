import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, vi } from "vitest";
import { reportSchema, type StatusReport } from "../../src/app/status/status-report.ts";
import { freePort } from "../free-port.ts";
import { compiled, startBuiltBot } from "./built-bot.ts";
import { it, RealBot } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `takopi … --config FILE` in another process, as from another terminal. */
async function takopi(bot: RealBot, args: readonly string[], config = bot.config): Promise<Said> {
  const main = join(compiled(), "src/main.js");
  const child = spawn(process.execPath, [main, ...args, "--config", config], {
    cwd: bot.dir,
    env: { PATH: process.env["PATH"], HOME: bot.dir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk));
  await once(child, "close");
  return { code: child.exitCode, ...said };
}

async function report(bot: RealBot, config?: string): Promise<StatusReport> {
  const { code, stdout } = await takopi(bot, ["status", "--json"], config);
  expect(code).toBe(0);
  return reportSchema.parse(JSON.parse(stdout));
}

describe.concurrent("takopi status", () => {
  it("says that an idle bot is well", async ({ bot }) => {
    const { code, stdout, stderr } = await takopi(bot, ["status"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^✓ takopi \d+\.\d+\.\d+ · @\w+ · all is well\n/);
    expect(stdout).toMatch(/\n {2}Telegram {4}answered \d+s ago\n {2}Work {8}nothing runs\n/);
    const { pid, config, telegram } = await report(bot);
    expect({ pid, config, state: telegram.state }).toEqual({ pid: bot.process.pid, config: bot.config, state: "well" });
  });

  it("shows what works and what is queued, and nothing of what was written", async ({ bot }) => {
    const receipt = await bot.works("hold first secretly");
    bot.say("hold second secretly", receipt.message_id);
    await bot.shows(/^queued/);
    const { running, queued, ...rest } = await report(bot);
    expect(running).toMatchObject([
      { engine: "claude", label: expect.stringMatching(/^(starting|working)$/), startedBy: expect.any(String) },
    ]);
    expect(queued).toMatchObject([{ engine: "claude", label: "queued" }]);
    expect(running[0]?.session).toBe(queued[0]?.session);
    const everything = JSON.stringify({ running, queued, rest });
    for (const text of ["secretly", bot.telegram.token, bot.telegram.token.split(":")[1] ?? ""])
      expect(everything).not.toContain(text);
    const { stdout } = await takopi(bot, ["status"]);
    expect(stdout).toMatch(
      /\n {2}Work {8}1 run, 1 queued\n {2}▸ claude · (starting|working) · \d+s .*\n {2}· claude · queued · /,
    );
    bot.engine.release("first");
    bot.engine.release("second");
  });

  it("shows what waits for an answer, and for whom", async ({ bot }) => {
    bot.say("ask now");
    await bot.shows(/Allow Bash/);
    const { running, decisions } = await report(bot);
    expect(running).toMatchObject([{ label: "waiting for you" }]);
    expect(decisions).toMatchObject([{ kind: "approval", tool: "Bash", runId: running[0]?.id }]);
    const { stdout } = await takopi(bot, ["status"]);
    expect(stdout).toContain(`? approval of Bash waits for ${running[0]?.startedBy} for `);
    expect(stdout).not.toContain("deploy");
  });

  it("is for this user only", async ({ bot }) => {
    expect(lstatSync(join(bot.dir, "takopi.sock")).mode & 0o777).toBe(0o600);
  });

  it("says that a killed bot is not running, and works again after the next start", async ({ bot }) => {
    await bot.kill();
    expect(existsSync(join(bot.dir, "takopi.sock"))).toBe(true);
    const { code, stdout, stderr } = await takopi(bot, ["status"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(`takopi: not running. Start it: takopi --config ${bot.config}\n`);
    expect(JSON.parse((await takopi(bot, ["status", "--json"])).stdout)).toEqual({ isRunning: false });
    await bot.start();
    expect((await report(bot)).pid).toBe(bot.process.pid);
  });

  it("finds no socket after an orderly end", async ({ bot }) => {
    await bot.terminate();
    expect(existsSync(join(bot.dir, "takopi.sock"))).toBe(false);
    expect(await takopi(bot, ["status"])).toMatchObject({ code: 1 });
  });

  it("says that a bot that hangs is not well", async ({ bot }) => {
    bot.process.signal("SIGSTOP");
    const { code, stderr } = await takopi(bot, ["status"]);
    bot.process.signal("SIGCONT");
    expect(code).toBe(3);
    expect(stderr).toContain(`it seems to run as process ${bot.process.pid}, but it does not answer`);
  });

  it("tells two bots with two configurations apart", async ({ bot }) => {
    const other = await RealBot.create();
    try {
      await other.start();
      const pids = [await report(bot), await report(other)].map(({ pid }) => pid);
      expect(pids).toEqual([bot.process.pid, other.process.pid]);
    } finally {
      await other.close();
    }
  });

  it("reaches a bot whose directory has a path too long for a socket", async ({ bot }) => {
    await bot.kill();
    const dir = join(bot.dir, "a".repeat(60), "b".repeat(60));
    mkdirSync(dir, { recursive: true });
    const config = join(dir, "takopi.toml");
    writeFileSync(config, readFileSync(bot.config));
    const before = bot.lastCall;
    const second = startBuiltBot({ config, home: bot.dir });
    await bot.called("getUpdates", before);
    expect((await report(bot, config)).config).toBe(config);
    expect(existsSync(join(dir, "takopi.sock"))).toBe(false);
    const pointer = join(dir, "takopi.sock.path");
    const socket = readFileSync(pointer, "utf8").trim();
    second.signal("SIGTERM");
    await second.exited;
    expect([pointer, socket].map((path) => existsSync(path))).toEqual([false, false]);
  });
});

describe.concurrent("a supervisor", () => {
  it("can look at a file and a port", async ({ bot }) => {
    await bot.kill();
    const port = await freePort();
    appendFileSync(bot.config, `\n[health]\nfile = "health.json"\nport = ${port}\n`);
    await bot.start();
    const file = join(bot.dir, "health.json");
    await bot.until("the health file is written", () => existsSync(file));
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ status: "ok", pid: bot.process.pid });
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: "ok", pid: bot.process.pid }]);
    expect(await bot.terminate()).toMatchObject({ code: 0 });
    expect(existsSync(file)).toBe(false);
  });
});

describe.concurrent("/status", () => {
  it("says in the chat whether all is well and what goes on", async ({ bot }) => {
    await bot.works("hold talk");
    bot.say("/status");
    await bot.shows(
      /^All is well · up \d+s\nTelegram answered \d+s ago[^]*\n\n▸ claude · hold talk · (starting|working) · /,
    );
    bot.engine.release("talk");
  });
});
