import { describe, expect, it as plainIt, vi } from "vitest";
import { FORUM, GROUP } from "../../src/local/world/seed.ts";
import { textOf } from "./local-bot.ts";
import { it } from "./real-bot.ts";
import { until } from "./until.ts";
import { groups, withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

describe.concurrent("a prompt", () => {
  const awkward = [
    "-x",
    "--help",
    "--dangerously-skip-permissions",
    "12345",
    "0",
    '"; rm -rf / #',
    "$(id) `id`",
    "a\n\n  b",
  ];
  for (const prompt of awkward) {
    plainIt(`that reads ${JSON.stringify(prompt)} reaches the engine as it is, and never as an argument`, async () => {
      await withBot(
        async ({ local, engine }) => {
          local.say(prompt);
          const [started] = await until("the engine starts", () => engine.started().length > 0 && engine.started());
          expect(started?.prompt).toBe(prompt);
          expect(started?.args.some((arg) => arg === prompt)).toBe(false);
          await local.shows(/^done · claude/);
          expect(engine.started().length).toBe(1);
        },
        { env: { TAKOPI__DEFAULT_ENGINE: "claude" } },
      );
    });
  }

  plainIt("of 100 kB, which the user's app cuts into messages, reaches the engine as one and whole", async () => {
    await withBot(
      async ({ local, engine }) => {
        const parts = Array.from(
          { length: 25 },
          (_, number) => `${number} ${"é—x ".repeat(1100)}`.slice(0, 4095) + "!",
        );
        for (const part of parts) local.say(part);
        const [started] = await until("the engine starts", () => engine.started().length > 0 && engine.started());
        expect(started?.prompt).toBe(parts.join("\n"));
        expect(Buffer.byteLength(started?.prompt ?? "")).toBeGreaterThan(100_000);
        await local.shows(/^done · claude/);
        expect(engine.started().length).toBe(1);
      },
      { env: { TAKOPI__DEFAULT_ENGINE: "claude" } },
    );
  });
});

describe.concurrent("the bot token", () => {
  it("is in no log line, no message and no engine, whatever Telegram does", async ({ bot }) => {
    bot.world.addFault({ method: "sendMessage", kind: "cut-before" });
    bot.world.addFault({ method: "sendMessage", kind: "502-html" });
    bot.world.addFault({ method: "sendMessage", kind: "500" });
    bot.world.addFault({ method: "editMessageText", kind: "cut-after" });
    bot.world.dropConnections();
    bot.say("hello there");
    await bot.shows(/done[^]*hello there/);
    await bot.terminate();
    const secret = bot.telegram.token.split(":")[1] ?? "";
    expect(bot.output()).toContain("No answer came");
    expect(bot.output()).not.toContain(secret);
    expect(bot.texts().join("\n")).not.toContain(secret);
    expect(JSON.stringify(bot.engine.started())).not.toContain(secret);
  });

  it("is not in the answer of an engine that read the configuration", async ({ bot }) => {
    bot.say("leak");
    const final = await bot.shows(/^done/);
    expect(textOf(final)).toContain("bot_token");
    expect(textOf(final)).not.toContain(bot.telegram.token.split(":")[1]);
  });
});

plainIt("a message is answered with a receipt within 300 ms", async () => {
  await withBot(
    async ({ local }) => {
      const delays: number[] = [];
      for (const chat of [local.telegram.owner.privateChatId, GROUP.id, FORUM.id]) {
        const at = Date.now();
        const { message_id: prompt } = local.say("hang", { chat });
        const receipt = await local.world.waitFor((world) =>
          world
            .requests({ method: "sendMessage" })
            .find(({ params }) => params["chat_id"] === chat && isReplyTo(params, prompt)),
        );
        expect(receipt.params["text"]).toMatch(/^starting/);
        delays.push(receipt.at - at);
      }
      // The middle one: one stall of a busy machine is no fault of the bot.
      expect(delays.toSorted((a, b) => a - b)[1]).toBeLessThanOrEqual(300);
    },
    { tables: groups },
  );
});

function isReplyTo(params: Readonly<Record<string, unknown>>, messageId: number): boolean {
  return JSON.stringify(params["reply_parameters"] ?? {}).includes(`"message_id":${messageId}`);
}
