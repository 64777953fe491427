import { describe, expect, it, vi } from "vitest";
import { GROUP, OWNER } from "../../src/local/world/seed.ts";
import type { LoggedRequest } from "../../src/local/world/request-log.ts";
import { type LocalBot, textOf } from "./local-bot.ts";
import { groups, withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

const naturalPace = { TAKOPI__MOCK__SPEED: "1" };

describe.concurrent("while runs work", () => {
  for (const [where, chat] of [
    ["in a private chat", OWNER.id],
    ["in a group", GROUP.id],
  ] as const) {
    it(`Telegram never asks for fewer requests, with five of them ${where}`, async () => {
      await withBot(
        async ({ local }) => {
          for (const seconds of [5, 6, 7, 7, 7]) local.say(`slow ${seconds}`, { chat });
          const calls = (): readonly LoggedRequest[] =>
            local.world.requests().filter(({ params }) => params["chat_id"] === chat);
          const refused = (): readonly LoggedRequest[] => calls().filter(({ status }) => status === 429);
          const areDone = (): boolean => finals(local.world.botMessages(chat).map(textOf)).length === 5;
          await local.world.waitFor(() => refused().length > 0 || areDone(), { timeoutMs: 18_000 });
          expect(refused().map(({ method }) => method)).toEqual([]);
        },
        { floodLimits: true, env: naturalPace, tables: groups },
      );
    });
  }

  it('"typing…" is renewed before it fades and ends with the run, however long the final takes', async () => {
    await withBot(
      async ({ local }) => {
        local.say("slow 6");
        await local.shows(/^working/);
        local.world.addFault({ method: "sendMessage", kind: "delay", delay_ms: 4_000 });
        const call = await local.world.waitFor(
          (world) => world.requests({ method: "sendMessage" }).find((call) => textIn(call).startsWith("done")),
          { timeoutMs: 18_000 },
        );
        // Answered after the time when "typing…" would have been renewed.
        await local.world.waitFor((world) => finals(world.botMessages().map(textOf)).length > 0, { timeoutMs: 10_000 });
        const typing = local.world.requests({ method: "sendChatAction" }).map(({ at }) => at);
        expect(typing.length).toBeGreaterThan(1);
        const gaps = typing.slice(1).map((at, index) => at - (typing[index] ?? 0));
        // Telegram shows it for 5 s; behind an edit of the same chat it may wait half a second longer.
        expect(Math.max(...gaps)).toBeLessThanOrEqual(5_500);
        expect(Math.max(...typing)).toBeLessThan(call.at + 1_000);
      },
      { env: naturalPace },
    );
  });
});

describe.concurrent("a run makes one sound", () => {
  const runs = [
    { name: "with an answer", prompt: "echo hi", ends: /^done/ },
    { name: "with an answer in several messages", prompt: "/claude size 9000", ends: /^done[^]*continued \(3\/3\)/ },
    { name: "with an answer in a file", prompt: "/claude size 40000", ends: /^done/ },
    { name: "that fails", prompt: "fail", ends: /^error/ },
    { name: "whose engine crashes", prompt: "crash", ends: /^error/ },
    { name: "whose engine does not start", prompt: "nostart", ends: /^error/ },
  ];
  for (const { name, prompt, ends } of runs) {
    it(name, async () => {
      await withBot(async ({ local }) => {
        local.say(prompt);
        await local.shows(ends);
        await quiet(local);
        expect(loud(local).map((call) => textIn(call).split(" ")[0])).toEqual([
          ends.source.startsWith("^done") ? "done" : "error",
        ]);
      });
    });
  }

  it("and none when the user stopped it", async () => {
    await withBot(async ({ local }) => {
      local.say("hang");
      const card = await local.shows(/^(starting|working)/);
      await local.press(card, /Cancel/);
      await local.shows(/^cancelled/);
      await quiet(local);
      expect(loud(local)).toEqual([]);
    });
  });
});

function finals(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => text.startsWith("done"));
}

function textIn({ params }: LoggedRequest): string {
  const { text } = params;
  return typeof text === "string" ? text : "";
}

/** New messages that make a sound. */
function loud(local: LocalBot): readonly LoggedRequest[] {
  const isNew = (method: string): boolean => method === "sendMessage" || method === "sendDocument";
  return local.world
    .requests()
    .filter(({ method, params }) => isNew(method) && params["disable_notification"] !== true)
    .filter((call) => !textIn(call).startsWith("Send a message and"));
}

/** Resolves when a later question is answered: nothing of the run is still to come. */
async function quiet(local: LocalBot): Promise<void> {
  const fence = local.say("/help");
  await local.shows(/^Send a message and/, { after: fence.message_id });
}
