import { describe, expect, it, vi } from "vitest";
import { textOf } from "./local-bot.ts";
import { until } from "./until.ts";
import { withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

const RESUME_LINE = /(?:mock|claude) --resume (\S+)/;
const chatMode = { telegramKeys: 'session_mode = "chat"', env: { TAKOPI__DEFAULT_ENGINE: "claude" } };

describe.concurrent("a session", () => {
  it("that is gone is replaced once, and the answer says so and names the new one", async () => {
    await withBot(async ({ local }) => {
      local.say("echo one");
      const first = await local.shows(/^done · mock/);
      local.say("forget", { replyTo: first.message_id });
      const second = await local.shows(/^done · mock/, { after: first.message_id });
      const old = RESUME_LINE.exec(textOf(first))?.[1] ?? "none";
      const now = RESUME_LINE.exec(textOf(second))?.[1];
      expect(textOf(second)).toContain(`the session ${old} is gone`);
      expect(now).toMatch(/^mock-/);
      expect(now).not.toBe(old);
    });
  });

  it("is one for ten messages sent at once, which run one after the other in their order", async () => {
    await withBot(async ({ local, engine }) => {
      const prompts = Array.from({ length: 10 }, (_, number) => `message ${number}`);
      for (const prompt of prompts) local.say(prompt);
      await until("all ten are done", () => engine.ended().length === 10, { timeoutMs: 18_000 });
      const started = engine.started();
      expect(started.map(({ prompt }) => prompt)).toEqual(prompts);
      expect(new Set(started.map(({ session }) => session)).size).toBe(1);
      const ended = engine.ended();
      const overlaps = started.filter(({ at }, number) => number > 0 && at < (ended[number - 1]?.at ?? Infinity));
      expect(overlaps).toEqual([]);
    }, chatMode);
  });
});

describe.concurrent("a message sent while its session is busy", () => {
  it("gets a receipt of its own and can be dropped from the queue", async () => {
    await withBot(async ({ local, engine }) => {
      local.say("hold x");
      await until("the engine works", () => engine.hasSign("x.started"));
      const second = local.say("second words");
      const third = local.say("third words");
      const receipts = await Promise.all(
        [second, third].map(({ message_id: prompt }) =>
          local.world.waitFor((world) =>
            world
              .botMessages()
              .find(
                (message) => message.reply_to_message?.message_id === prompt && textOf(message).startsWith("queued"),
              ),
          ),
        ),
      );
      expect(await local.press(receipts[0] ?? third, /Drop/)).toBe("Dropped from the queue.");
      engine.release("x");
      await until("what is left is done", () => engine.ended().length === 2);
      expect(engine.started().map(({ prompt }) => prompt)).toEqual(["hold x", "third words"]);
      await local.shows(/^cancelled/);
    }, chatMode);
  });

  it("runs after a restart of the bot, in the same session", async () => {
    await withBot(async ({ local, engine }) => {
      local.say("hold y");
      await until("the engine works", () => engine.hasSign("y.started"));
      local.say("second words");
      await local.shows(/^queued/);
      await local.stopBot();
      await local.shows(/^interrupted/);
      expect(engine.started().length).toBe(1);
      await local.startBot();
      await local.shows(/^done[^]*second words/);
      const [first, second] = engine.started();
      expect(engine.started().length).toBe(2);
      expect(second?.session).toBe(first?.session);
    }, chatMode);
  });
});
