import { describe, expect, it } from "vitest";
import { textOf } from "./local-bot.ts";
import { withBot } from "./with-bot.ts";

describe.concurrent("a first conversation", () => {
  it("answers a prompt with a final message that replies to it and removes the progress message", async () => {
    await withBot(async ({ local }) => {
      const prompt = local.say("echo hello there");
      const final = await local.shows(/^done · mock/);
      expect(textOf(final)).toContain("hello there");
      expect(final.reply_to_message?.message_id).toBe(prompt.message_id);
      await local.world.waitFor((world) =>
        world.botMessages().every((message) => !/^(starting|working)/.test(textOf(message))),
      );
    });
  });

  it("continues the session when the user replies to the final message", async () => {
    await withBot(async ({ local }) => {
      local.say("echo one");
      const first = await local.shows(/^done · mock/);
      local.say("echo two", { replyTo: first.message_id });
      const second = await local.shows(/^done · mock/, { after: first.message_id });
      const resumeLine = /mock --resume \S+/;
      expect(resumeLine.exec(textOf(second))?.[0]).toBe(resumeLine.exec(textOf(first))?.[0]);
    });
  });

  it("cancels a run with the button under its progress message", async () => {
    await withBot(async ({ local }) => {
      local.say("hang");
      const card = await local.shows(/^(starting|working) · mock/);
      expect(await local.press(card, /Cancel/)).toBe("Cancelling…");
      const cancelled = await local.shows(/^cancelled · mock/);
      expect(cancelled.message_id).toBe(card.message_id);
    });
  });
});
