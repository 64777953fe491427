import { describe, expect, it, vi } from "vitest";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { type LocalTelegram, startLocalTelegram } from "../../src/local/local-telegram.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { textOf } from "./local-bot.ts";
import { until } from "./until.ts";
import { withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

describe.concurrent("the bot goes on", () => {
  it("when its connections are dropped, again and again", async () => {
    await withBot(async ({ local }) => {
      for (const number of [1, 2, 3]) {
        // Only the poll is open: a call whose answer is lost would be another story.
        await local.world.waitFor(isAtRest, { timeoutMs: 10_000 });
        local.world.dropConnections();
        const prompt = local.say(`echo answer ${number}`);
        const isFinal = (message: LocalMessage): boolean => textOf(message).includes(`answer ${number}`);
        const final = await local.world.waitFor((world) => world.botMessages().find(isFinal), { timeoutMs: 10_000 });
        expect(final.reply_to_message?.message_id).toBe(prompt.message_id);
      }
    });
  });

  it("when Telegram was unreachable, with the answer that was ready meanwhile", async () => {
    await withBot(async ({ local, engine }) => {
      local.say("/claude hold x");
      await until("the engine works", () => engine.hasSign("x.started"));
      await local.shows(/^(starting|working)/);
      await local.telegram.close();
      engine.release("x");
      await until("the bot notices", () => local.logged.some((line) => line.includes("not receiving updates")));
      await until("the answer can't be sent", () => local.logged.some((line) => line.includes("delivery failed")));
      const later = await startAgain(local.telegram);
      try {
        const message = later.world.message({ text: "echo after the outage" });
        await later.world.waitFor(
          (world) => {
            const texts = world.botMessages().map(textOf);
            const isThere = (answer: string): boolean => texts.some((text) => text.includes(answer));
            return isThere("held x to the end") && isThere("after the outage");
          },
          { timeoutMs: 15_000 },
        );
        expect(
          later.world.botMessages().some(({ reply_to_message: to }) => to?.message_id === message.message_id),
        ).toBe(true);
      } finally {
        await later.close();
      }
    });
  });

  it("when another program polled with its token for a moment", async () => {
    await withBot(async ({ local }) => {
      const { url, token } = local.telegram;
      await fetch(`${url}/bot${token}/getUpdates?timeout=0`);
      await local.world.waitFor((world) =>
        world.requests({ method: "getUpdates" }).some(({ status }) => status === 409),
      );
      local.say("echo served again");
      await local.world.waitFor(
        (world) => world.botMessages().some((message) => /served again/.test(textOf(message))),
        {
          timeoutMs: 12_000,
        },
      );
    });
  });

  it("when Telegram answers polls with errors and nonsense", async () => {
    await withBot(async ({ local }) => {
      for (const kind of ["500", "502-html", "429", "cut-after"] as const)
        local.world.addFault({ method: "getUpdates", kind });
      local.say("echo wake up");
      await local.shows(/wake up/);
      local.world.dropConnections();
      local.say("echo through it all");
      await local.world.waitFor(
        (world) => world.botMessages().some((message) => /through it all/.test(textOf(message))),
        {
          timeoutMs: 18_000,
        },
      );
      expect(local.world.faults()).toEqual([]);
      const finals = local.world.botMessages().filter((message) => textOf(message).startsWith("done"));
      expect(finals.length).toBe(2);
    });
  });
});

function isAtRest(world: LocalWorld): boolean {
  const open = world.requests().filter(({ method, status }) => method !== "getUpdates" && status === 0);
  const cards = world.botMessages().filter((message) => /^(starting|working)/.test(textOf(message)));
  return world.isPolled && open.length + cards.length === 0;
}

/** Another start of the server, on the same port. */
async function startAgain({ url }: LocalTelegram): Promise<LocalTelegram> {
  const firstId = Math.floor(Date.now() / 1000);
  return await startLocalTelegram({ port: Number(new URL(url).port), firstId });
}
