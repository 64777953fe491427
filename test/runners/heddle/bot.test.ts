// The whole program with a scripted worker of Heddle: what becomes of a worker that outlives its run.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { RealBot } from "../../e2e/real-bot.ts";
import { isRunning } from "../../wire/programs.ts";
import { programPath } from "./fake-heddle.ts";

// Starts the compiled program, which is compiled when nobody did before.
vi.setConfig({ testTimeout: 120_000 });

const entry = z.object({ pid: z.number() });

/** A running bot whose Heddle is the scripted worker. */
class HeddleBot {
  readonly bot: RealBot;
  readonly #ledger: string;

  static async start(...args: readonly string[]): Promise<HeddleBot> {
    const started = new HeddleBot(await RealBot.create());
    const command = [process.execPath, programPath("worker.mjs"), `--ledger=${started.#ledger}`, ...args];
    appendFileSync(started.bot.config, `[heddle]\ncommand = ${JSON.stringify(command)}\n`);
    await started.bot.start();
    return started;
  }

  private constructor(bot: RealBot) {
    this.bot = bot;
    this.#ledger = join(bot.dir, "workers.jsonl");
  }

  /** The pids of all workers there were, in their order. */
  workers(): readonly number[] {
    const text = existsSync(this.#ledger) ? readFileSync(this.#ledger, "utf8") : "";
    const lines = text.split("\n").filter((line) => line !== "");
    return [...new Set(lines.map((line) => entry.parse(JSON.parse(line)).pid))];
  }

  alive(): readonly number[] {
    return this.workers().filter(isRunning);
  }

  async close(): Promise<void> {
    const left = this.alive();
    await this.bot.close();
    for (const pid of left.filter(isRunning)) process.kill(pid, "SIGKILL");
  }
}

async function withBot(args: readonly string[], use: (heddle: HeddleBot) => Promise<void>): Promise<void> {
  const heddle = await HeddleBot.start(...args);
  try {
    await use(heddle);
  } finally {
    await heddle.close();
  }
}

describe.concurrent("an idle worker of Heddle", () => {
  it("is gone when the bot was killed, and its session goes on after the next start", async () => {
    await withBot([], async (heddle) => {
      const { bot } = heddle;
      bot.say("/heddle remember the tea");
      const final = await bot.shows(/^done[^]*remember the tea/u);
      expect(heddle.alive().length).toBe(1);
      await bot.kill();
      await bot.until("the worker is gone", () => heddle.alive().length === 0);
      await bot.start();
      bot.say("what was it?", final.message_id);
      await bot.shows(/^done[^]*earlier-turns[^]*remember the tea[^]*what was it\?/u);
      expect(heddle.workers().length).toBe(2);
    });
  });

  it("is ended by a bot that ends in order, also when it does not hear", async () => {
    await withBot(["--deaf-after=1"], async (heddle) => {
      const { bot } = heddle;
      bot.say("/heddle hello");
      await bot.shows(/^done[^]*hello/u);
      expect(heddle.alive().length).toBe(1);
      expect(await bot.terminate()).toEqual({ code: 0, signal: null });
      expect(heddle.alive()).toEqual([]);
    });
  });
});
