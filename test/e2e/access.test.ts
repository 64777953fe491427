import { describe, expect, it, vi } from "vitest";
import { FORUM, GROUP, MEMBER } from "../../src/local/world/seed.ts";
import { type LocalBot, textOf } from "./local-bot.ts";
import { groups, withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

describe.concurrent("a stranger", () => {
  const acts: readonly { readonly name: string; readonly act: (local: LocalBot) => void }[] = [
    {
      name: "who writes in private",
      act: ({ world, telegram }) => void world.message({ from: telegram.stranger.id, text: "echo stolen" }),
    },
    {
      name: "who edits a message",
      act: ({ world, telegram }) => {
        const { message_id: message } = world.message({ from: telegram.stranger.id, text: "hi" });
        world.edit({ from: telegram.stranger.id, message, text: "echo stolen" });
      },
    },
    {
      name: "who forwards a message of the owner",
      act: ({ world, telegram }) =>
        void world.message({ from: telegram.stranger.id, text: "echo stolen", forward: telegram.owner.name }),
    },
    {
      name: "who sends a command",
      act: ({ world, telegram }) => void world.message({ from: telegram.stranger.id, text: "/help" }),
    },
    {
      name: "who sends a file",
      act: ({ world, telegram }) => {
        const bytes = new Uint8Array([1]);
        world.upload({ from: telegram.stranger.id, kind: "document", name: "a.txt", bytes, caption: "echo stolen" });
      },
    },
    {
      name: "who posts in a group the bot listens in",
      act: ({ world }) => void world.message({ chat: GROUP.id, from: MEMBER.id, text: "echo stolen" }),
    },
    {
      name: "who posts in a topic of a forum the bot listens in",
      act: ({ world }) => void world.message({ chat: FORUM.id, thread: 2, from: MEMBER.id, text: "echo stolen" }),
    },
    {
      name: "who blocks and unblocks the bot",
      act: ({ world, telegram }) => {
        world.message({ from: telegram.stranger.id, text: "hi" });
        world.block({ user: telegram.stranger.id, blocked: true });
        world.block({ user: telegram.stranger.id, blocked: false });
      },
    },
  ];

  for (const { name, act } of acts) {
    it(`${name} starts nothing, gets no answer and causes no call`, async () => {
      await withBot(
        async ({ local }) => {
          const calls = await callsCausedBy(local, () => act(local));
          expect(calls).toEqual([]);
          expect(local.logged.filter((line) => line.includes("refused an update of a stranger")).length).toBe(1);
        },
        { tables: groups },
      );
    });
  }

  it("who presses the owner's button in a group does not cancel the run, and is not answered", async () => {
    await withBot(
      async ({ local }) => {
        local.say("hang", { chat: GROUP.id });
        const card = await local.shows(/^starting/, { chat: GROUP.id });
        const data = card.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? "";
        const press = { chat: GROUP.id, message: card.message_id, data };
        const calls = await callsCausedBy(local, () => void local.world.press({ ...press, from: MEMBER.id }));
        expect(calls.filter((method) => method !== "editMessageText")).toEqual([]);
        expect(local.world.botMessages(GROUP.id).map(textOf).join()).not.toContain("cancelled");
        local.world.press(press);
        await local.shows(/^cancelled/, { chat: GROUP.id });
      },
      { tables: groups },
    );
  });
});

it("the owner is heard only in private and in chats the configuration names", async () => {
  await withBot(async ({ local }) => {
    const calls = await callsCausedBy(local, () => local.say("echo here", { chat: GROUP.id }));
    expect(calls).toEqual([]);
  });
});

/** The methods called because of what happens in `act`, as far as the owner's later question does not explain them. */
async function callsCausedBy(local: LocalBot, act: () => void): Promise<readonly string[]> {
  await local.world.waitFor((world) => world.requests().every(({ method, status }) => isPoll(method) || status !== 0));
  const before = local.world.requests().at(-1)?.id ?? 0;
  act();
  const fence = local.say("/help");
  const answer = await local.shows(/^Send a message and/, { after: fence.message_id });
  const isAnswer = (text: unknown): boolean => text === answer.text;
  const caused = local.world.requests({ after: before }).filter(({ params }) => !isAnswer(params["text"]));
  return caused.map(({ method }) => method).filter((method) => !isPoll(method));
}

function isPoll(method: string): boolean {
  return method === "getUpdates";
}
