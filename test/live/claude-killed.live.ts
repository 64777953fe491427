import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { textOf } from "../e2e/local-bot.ts";
import { RealBot } from "../e2e/real-bot.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { claudeTable, claudeVariables } from "./claude-setup.ts";
import { type FakeAnthropic, startFakeAnthropic } from "./fake-anthropic.mjs";

/** The real program takes seconds to start on a busy machine. */
const PATIENCE_MS = 30_000;

let model: FakeAnthropic;
let bot: RealBot;

beforeEach(async () => {
  model = await startFakeAnthropic();
  bot = await RealBot.create({ claude: claudeTable, env: claudeVariables(model.url) });
  await bot.start();
});

afterEach(async () => {
  await bot.until("what is over leaves nothing behind", () => bot.engine.carried().length === 0);
  await bot.close();
  await model.close();
});

describe("a run of Claude Code's own CLI survives a bot that is killed", () => {
  it("in the middle of a tool, goes on in the same message and answers once", async () => {
    bot.say("BASH(sleep 8; echo done)");
    const card = await shows(/▸ sleep 8; echo done/);
    const engines = bot.engine.carried();
    await bot.restart();
    const again = await shows(/^working · claude[^]*Takopi was restarted meanwhile[^]*▸ sleep 8; echo done/);
    expect(again.message_id).toBe(card.message_id);
    expect(engines.filter((pid) => bot.engine.carried().includes(pid))).toEqual(engines);
    const final = await shows(/^done · claude/);
    expect(textOf(final)).toContain("Tool result: done");
    expect(answers()).toHaveLength(1);
    bot.say("And then?", final.message_id);
    await shows(/You said: And then\?/);
  });

  it("and its answer that came while no bot was there arrives once", async () => {
    bot.say("BASH(sleep 4; echo done)");
    await shows(/▸ sleep 4; echo done/);
    await bot.kill();
    await bot.until("the result is written", () => printed().includes('"type":"result"'), PATIENCE_MS);
    await bot.start();
    expect(textOf(await shows(/^done · claude/))).toContain("Tool result: done");
    expect(answers()).toHaveLength(1);
  });

  it("and what it asked is answered while no bot is there", async () => {
    const path = join(bot.dir, "killed.txt");
    bot.say(`WRITE(${path})`);
    await shows(/^claude asks[^]*killed\.txt/);
    const asked = await bot.keeps(/^claude asks[^]*killed\.txt/);
    await bot.kill();
    bot.press(asked);
    expect(existsSync(path)).toBe(false);
    await bot.start();
    await shows(/^✓ Approved · Write/);
    await shows(/^done · claude/);
    expect(existsSync(path)).toBe(true);
    expect(answers()).toHaveLength(1);
  });
});

function shows(pattern: RegExp): Promise<LocalMessage> {
  return bot.shows(pattern, PATIENCE_MS);
}

/** What the engines of the runs that are going on have printed. */
function printed(): string {
  const runs = join(bot.dir, "runs");
  return readdirSync(runs)
    .map((run) => readFileSync(join(runs, run, "stdout"), "utf8"))
    .join("");
}

function answers(): readonly string[] {
  return bot.texts().filter((text) => text.startsWith("done · claude"));
}
