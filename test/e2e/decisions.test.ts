import { describe, expect, it, vi } from "vitest";
import { FORUM, GROUP, MEMBER } from "../../src/local/world/seed.ts";
import { labelsOf, type LocalBot } from "./local-bot.ts";
import { itEnding as itKilled } from "./real-bot.ts";
import { groups, withBot } from "./with-bot.ts";

vi.setConfig({ testTimeout: 60_000 });

describe.concurrent("what an engine asks", () => {
  it("is answered with a button, and the engine goes on", async () => {
    await withBot(async ({ local }) => {
      local.say("/claude ask a");
      const asked = await local.shows(/^claude asks\n\nAllow Bash\?\n\ndeploy a/);
      expect(asked.reply_markup?.inline_keyboard[0]?.map(({ text }) => text)).toEqual(["Approve", "Deny"]);
      expect(await local.press(asked, /^Approve$/)).toBe("Passing it on…");
      await local.shows(/a was told: allow/);
      await local.shows(/^✓ Approved · Bash\ndeploy a/);
    });
  });

  it("is denied with the words of a reply", async () => {
    await withBot(async ({ local }) => {
      local.say("/claude ask b");
      const asked = await local.shows(/^claude asks/);
      local.say("no, not on a Friday", { replyTo: asked.message_id });
      await local.shows(/b was told: deny[\s\S]*not on a Friday/);
      await local.shows(/^✗ Denied · Bash\ndeploy b\n“not on a Friday”/);
    });
  });

  it("is shown in the topic and the group it came from, and decided there only by those who may", async () => {
    const telegramKeys = `allowed_user_ids = [1001, ${MEMBER.id}]\ndecide_user_ids = [1001]`;
    await withBot(
      async ({ local }) => {
        await askIn(local, { chat: GROUP.id });
        await askIn(local, { chat: FORUM.id, thread: 2 });
      },
      { telegramKeys, tables: groups },
    );
  });

  it("of two chats at once gets to each its own answer", async () => {
    await withBot(
      async ({ local }) => {
        local.say("/claude ask mine");
        local.world.message({ chat: GROUP.id, text: "/claude ask theirs" });
        const mine = await local.shows(/deploy mine/);
        const theirs = await local.shows(/deploy theirs/, { chat: GROUP.id });
        await local.press(theirs, /^Deny$/);
        await local.press(mine, /^Approve$/);
        await local.shows(/mine was told: allow/);
        await local.shows(/theirs was told: deny/, { chat: GROUP.id });
      },
      { tables: groups },
    );
  });
});

async function askIn(local: LocalBot, place: { chat: number; thread?: number }): Promise<void> {
  const name = `c${Math.abs(place.chat)}`;
  local.world.message({ ...place, from: MEMBER.id, text: `/claude ask ${name}` });
  const asked = await local.shows(new RegExp(`deploy ${name}`), { chat: place.chat });
  expect(asked.message_thread_id).toBe(place.thread);
  expect(await local.press(asked, /^Approve$/, MEMBER.id)).toMatch(/others decide/);
  expect(labelsOf(asked)).toContain("Approve");
  await local.press(asked, /^Approve$/);
  await local.shows(new RegExp(`${name} was told: allow`), { chat: place.chat });
  await local.shows(/^✓ Approved by You · Bash/, { chat: place.chat });
}

describe.concurrent("a bot killed while an engine waits for an answer", () => {
  itKilled("says that the question is void and resumes the session with an answer, once", async ({ bot }) => {
    bot.say("ask a");
    await bot.shows(/^claude asks/);
    await bot.restart();
    // A bot killed before it noted the message says so in a copy, which is marked as one.
    const expired = await bot.shows(/– Takopi ended before this was answered/);
    const data = expired.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? "";
    bot.world.press({ message: expired.message_id, data });
    bot.world.press({ message: expired.message_id, data, force: true });
    await bot.shows(/^done[\s\S]*I approve/);
    const prompts = bot.engine.started().map(({ prompt }) => prompt);
    expect(prompts.filter((prompt) => prompt.includes("I approve"))).toHaveLength(1);
    expect(new Set(bot.engine.started().map(({ session }) => session)).size).toBe(1);
  });

  itKilled("takes a tap that came while it was down for what it is: too late", async ({ bot }) => {
    bot.say("ask b");
    const asked = await bot.shows(/^claude asks/);
    const data = asked.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? "";
    await bot.kill();
    bot.world.press({ message: asked.message_id, data });
    await bot.start();
    await bot.shows(/– Takopi ended/);
    await bot.until("the tap is answered", () => bot.world.requests({ method: "answerCallbackQuery" }).length > 0);
    expect(bot.texts().join("\n")).not.toContain("was told");
    expect(bot.engine.started()).toHaveLength(1);
  });
});
