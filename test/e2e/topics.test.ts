import { describe, expect, it, vi } from "vitest";
import { FORUM } from "../../src/local/world/seed.ts";
import { textOf } from "./local-bot.ts";
import { until } from "./until.ts";
import { groups, type ScriptedBot, withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

const forum = { tables: groups };
const TOPIC = 2;

describe.concurrent("in a forum", () => {
  it("the answer in the General topic goes there without a topic id", async () => {
    await withBot(async ({ local }) => {
      local.say("echo in general", { chat: FORUM.id });
      const final = await local.shows(/^done[^]*in general/, { chat: FORUM.id });
      expect(final.message_thread_id).toBeUndefined();
      const sent = local.world.requests().filter(({ params }) => params["chat_id"] === FORUM.id);
      expect(sent.length).toBeGreaterThan(1);
      expect(sent.filter(({ params }) => "message_thread_id" in params)).toEqual([]);
    }, forum);
  });

  it("the answer in a topic goes to that topic", async () => {
    await withBot(async ({ local }) => {
      local.world.message({ chat: FORUM.id, thread: TOPIC, text: "echo in a topic" });
      const final = await local.shows(/^done[^]*in a topic/, { chat: FORUM.id });
      expect(final.message_thread_id).toBe(TOPIC);
    }, forum);
  });

  it("the answer of a run whose topic was deleted meanwhile arrives once in the chat's root, and says so", async () => {
    await withBot(async (bot) => {
      await held(bot, { chat: FORUM.id, thread: TOPIC });
      bot.local.world.deleteTopic({ chat: FORUM.id, thread: TOPIC });
      bot.engine.release("x");
      const final = await bot.local.shows(/held x to the end/, { chat: FORUM.id });
      expect(final.message_thread_id).toBeUndefined();
      expect(textOf(final)).toContain("(topic is gone)");
      await expectNoRepeats(bot, FORUM.id);
    }, forum);
  });
});

describe.concurrent("the answer to a prompt", () => {
  it("that was deleted meanwhile arrives once, as a reply to nothing", async () => {
    await withBot(async (bot) => {
      const prompt = await held(bot, {});
      bot.local.world.delete({ message: prompt });
      bot.engine.release("x");
      const final = await bot.local.shows(/held x to the end/);
      expect(final.reply_to_message).toBeUndefined();
      await expectNoRepeats(bot);
    });
  });

  it("arrives although the progress message was deleted meanwhile", async () => {
    await withBot(async (bot) => {
      await held(bot, {});
      const card = await bot.local.shows(/^(starting|working)/);
      bot.local.world.delete({ message: card.message_id });
      bot.engine.release("x");
      await bot.local.shows(/held x to the end/);
      await expectNoRepeats(bot);
    });
  });
});

/** A run that works and waits; resolves to the id of its prompt. */
async function held({ local, engine }: ScriptedBot, place: { chat?: number; thread?: number }): Promise<number> {
  const prompt = local.world.message({ ...place, text: "/claude hold x" });
  await local.shows(/^(starting|working)/, place);
  await until("the engine works", () => engine.hasSign("x.started"));
  return prompt.message_id;
}

/** When a later question is answered, nothing more came of the run: no copy, no progress message. */
async function expectNoRepeats(
  { local }: ScriptedBot,
  chat: number = local.telegram.owner.privateChatId,
): Promise<void> {
  const fence = local.say("/help", { chat });
  await local.shows(/^Send a message and/, { chat, after: fence.message_id });
  const texts = (): string[] => local.world.botMessages(chat).map(textOf);
  expect(texts().filter((text) => text.includes("held x to the end")).length).toBe(1);
  await local.world.waitFor(() => !texts().some((text) => /^(starting|working)/.test(text)));
  const refused = local.world.requests().filter(({ status, params }) => status >= 400 && params["chat_id"] === chat);
  expect(refused.length).toBeLessThanOrEqual(3);
}
