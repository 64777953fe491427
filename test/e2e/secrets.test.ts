import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { GROUP, MEMBER } from "../../src/local/world/seed.ts";
import type { LocalBotOptions } from "./local-bot.ts";
import { type LocalBot, textOf } from "./local-bot.ts";
import { groups, type ScriptedBot, withBot } from "./with-bot.ts";

vi.setConfig({ testTimeout: 60_000 });

const OWN = "correct-horse-battery";
const TOKEN = `ghp_${"aB3dE5fG7hJ9".repeat(3)}`;
const env = { GIT_PUSH_TOKEN: OWN };

/** Lets the engine say its secrets in a command, in a question and in an answer. */
async function spill({ local, engine }: ScriptedBot, chat?: number): Promise<number> {
  const place = chat === undefined ? {} : { chat };
  local.say("/claude spill it", place);
  await local.shows(/^working[\s\S]*push --with •+ and •+/, place);
  writeFileSync(join(engine.dir, "it.go"), "");
  const asked = await local.shows(/^claude asks[\s\S]*push --with •+ and •+/, place);
  await local.press(asked, /^Approve$/);
  await local.shows(/^✓ Approved[\s\S]*push --with •+ and •+/, place);
  const final = await local.shows(/^done[\s\S]*pushed with •+ and •+\.[\s\S]*2 secrets covered · \/reveal/, place);
  return final.message_id;
}

/** Everything the bot ever sent or changed, as the server got it. */
function said(local: LocalBot): string {
  return JSON.stringify(local.world.requests().map(({ params }) => params));
}

async function withSpill(use: (bot: ScriptedBot) => Promise<void>, options: LocalBotOptions = {}): Promise<void> {
  await withBot(use, { env, ...options });
}

describe.concurrent("secrets an engine says", () => {
  it("are covered in the command, the question and the answer, and shown to the owner who asks", async () => {
    await withSpill(async (bot) => {
      const { local } = bot;
      const final = await spill(bot);
      expect(said(local)).not.toContain(OWN);
      expect(said(local)).not.toContain(TOKEN);
      local.say("/reveal", { replyTo: final });
      const shown = await local.shows(/correct-horse/);
      expect(textOf(shown)).toContain(TOKEN);
      const spoilers = (shown.entities ?? []).filter(({ type }) => type === "spoiler");
      expect(spoilers.map(({ offset, length }) => textOf(shown).slice(offset, offset + length))).toEqual([OWN, TOKEN]);
    });
  });

  it("are covered in what the journal keeps for the chat", async () => {
    await withSpill(async (bot) => {
      await spill(bot);
      await bot.local.stopBot();
      const { default: Database } = await import("better-sqlite3");
      const journal = new Database(join(bot.local.dir, "takopi.db"), { readonly: true });
      const rows = JSON.stringify(journal.prepare("SELECT operation FROM outbox").all());
      journal.close();
      expect(rows).toContain("pushed with ");
      expect(rows).not.toContain(OWN);
      expect(rows).not.toContain(TOKEN);
    });
  });

  it("of a group are shown to an admin in private only, and to nobody else", async () => {
    const telegramKeys = `allowed_user_ids = [1001, ${MEMBER.id}]\nadmin_user_ids = [1001]`;
    await withSpill(
      async (bot) => {
        const { local } = bot;
        const final = await spill(bot, GROUP.id);
        local.say("/reveal", { chat: GROUP.id, from: MEMBER.id, replyTo: final });
        await local.shows(/Only an admin/, { chat: GROUP.id });
        expect(said(local)).not.toContain(OWN);
        local.say("/reveal", { chat: GROUP.id, replyTo: final });
        await local.shows(/correct-horse/, { chat: local.telegram.owner.privateChatId });
        await local.shows(/private chat/, { chat: GROUP.id });
        expect(local.world.botMessages(GROUP.id).map(textOf).join("\n")).not.toContain(OWN);
      },
      { telegramKeys, tables: groups },
    );
  });

  it("are not covered where the configuration says so, the bot's own token excepted", async () => {
    await withSpill(
      async ({ local, engine }) => {
        writeFileSync(join(engine.dir, "takopi.toml"), `${OWN} ${local.telegram.token}`);
        local.say("/claude leak");
        const final = await local.shows(/^done[\s\S]*correct-horse-battery •+/);
        expect(textOf(final)).not.toContain("/reveal");
      },
      { tables: "[secrets]\ncover = false" },
    );
  });
});
