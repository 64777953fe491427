import { resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { RealBot } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

const program = resolve(import.meta.dirname, "../../fixtures/programs-e2e/rpc-engine.mjs");
const command = `command = ["${process.execPath}", "${program}"]`;
const tables = `[codex]\n${command}\n[engines.acme]\nkind = "acp"\n${command}\n`;

const it = test.extend<{ bot: RealBot }>({
  bot: async ({ task: _task }, use) => {
    const bot = await RealBot.create({ tables });
    try {
      await bot.start();
      await use(bot);
    } finally {
      await bot.close();
    }
  },
});

/** A run whose engine holds, and whose receipt is noted. */
async function works(bot: RealBot, engine: string, name: string): Promise<LocalMessage> {
  bot.say(`/${engine} hold ${name}`);
  await bot.until("the engine works", () => bot.engine.hasSign(`${name}.started`));
  return await bot.keeps(/^(starting|working)/);
}

/** The answer is there once, the engine got its prompt once, and nothing of it is left. */
async function isAnsweredOnce(bot: RealBot, answer: string): Promise<void> {
  await bot.shows(new RegExp(`^done[^]*${answer}`, "u"));
  await bot.until("no process is left", () => bot.engine.carried().length === 0);
  expect(bot.texts().filter((text) => text.includes(answer))).toHaveLength(1);
  expect(bot.engine.started()).toHaveLength(1);
}

describe.concurrent.each(["codex", "acme"])("a run of %s survives a bot that is killed", (engine) => {
  it("when its engine works, and goes on in the same progress message", async ({ bot }) => {
    const card = await works(bot, engine, "a");
    await bot.restart();
    expect((await bot.shows(/^working[^]*Takopi was restarted meanwhile/u)).message_id).toBe(card.message_id);
    await bot.restart();
    await bot.shows(/restarted meanwhile/u);
    bot.engine.release("a");
    await isAnsweredOnce(bot, "held a");
  });

  it("when its engine answers while no bot is there", async ({ bot }) => {
    await works(bot, engine, "b");
    await bot.kill();
    bot.engine.release("b");
    await bot.until("the result is written", () => bot.engine.hasSign("b.result"));
    await bot.start();
    await isAnsweredOnce(bot, "held b");
  });

  it("when it asks, and is answered while no bot is there", async ({ bot }) => {
    bot.say(`/${engine} ask c`);
    const asked = await bot.keeps(new RegExp(`^${engine} asks`, "u"));
    await bot.kill();
    press(bot, asked);
    await bot.start();
    await isAnsweredOnce(bot, "c was told: a");
    await bot.shows(/^✓ Approved/u);
  });

  it("when it was answered just before, and the answer counts once", async ({ bot }) => {
    bot.say(`/${engine} ask d`);
    const asked = await bot.keeps(new RegExp(`^${engine} asks`, "u"));
    const before = bot.lastCall;
    press(bot, asked);
    await bot.called("answerCallbackQuery", before);
    await bot.restart();
    await isAnsweredOnce(bot, "d was told: a");
    await bot.shows(/^✓ Approved/u);
  });
});

/** The first button under a message. */
function press(bot: RealBot, { message_id: message }: LocalMessage): void {
  const shown = bot.world.botMessages().find((each) => each.message_id === message);
  const data = shown?.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? "";
  bot.world.press({ message, data });
}
