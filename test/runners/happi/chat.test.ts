// A runtime in the whole bot: who keeps the transcript is only seen there.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startLocalBot, textOf, type LocalBot } from "../../e2e/local-bot.ts";

const runtime = fileURLToPath(new URL("../../../fixtures/programs-happi/runtime.mjs", import.meta.url));
const command = JSON.stringify([process.execPath, runtime]);
const tables = ["one", "two"].map((id) => `[engines.${id}]\nkind = "happi"\ncommand = ${command}`).join("\n");

async function withRuntimes(use: (bot: LocalBot) => Promise<void>): Promise<void> {
  const bot = await startLocalBot({ tables });
  try {
    await bot.shows(/takopi is ready/u);
    await use(bot);
  } finally {
    await bot.close();
  }
}

describe("a session of a runtime in the chat", () => {
  it("is told what was said in it, by a reply or its resume line, also after a restart", async () => {
    await withRuntimes(async (bot) => {
      bot.say("/two hello");
      const first = await bot.shows(/^done · two/u);
      expect(textOf(first)).toMatch(/\nhello\n[^]*takopi happi resume two-[0-9a-f-]{36}$/u);

      bot.say("again", { replyTo: first.message_id });
      const second = await bot.shows(/^done · two/u, { after: first.message_id });
      const [line = ""] = /takopi happi resume two-\S+/u.exec(textOf(second)) ?? [];
      expect(textOf(first)).toContain(line);

      await bot.stopBot();
      await bot.startBot();
      const { message_id: asked } = bot.say(`ENVELOPE\n${line}`);
      const third = await bot.shows(/^done · two/u, { after: asked });
      const envelope = textOf(third)
        .split("\n")
        .find((text) => text.startsWith("{"));
      expect(JSON.parse(envelope ?? "{}")).toHaveProperty("args", [
        {
          messages: [
            { role: "user", content: "hello" },
            { role: "assistant", content: "hello" },
            { role: "user", content: "again" },
            { role: "assistant", content: "again" },
            { role: "user", content: "ENVELOPE" },
          ],
        },
      ]);
    });
  });

  it("leaves out the turn that failed", async () => {
    await withRuntimes(async (bot) => {
      bot.say("/one FAIL");
      const failed = await bot.shows(/^error · one/u);
      expect(textOf(failed)).toContain("provider_error: upstream returned HTTP 529");
      bot.say("ENVELOPE", { replyTo: failed.message_id });
      const next = await bot.shows(/^done · one/u, { after: failed.message_id });
      expect(textOf(next)).toContain('"args":["ENVELOPE"]');
    });
  });
});
