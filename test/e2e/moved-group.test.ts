import { expect, it } from "vitest";
import { GROUP } from "../../src/local/world/seed.ts";
import { textOf } from "./local-bot.ts";
import { groups, withBot } from "./with-bot.ts";

it("what an engine waits for is asked again at once when its group becomes a supergroup, and is answered there", async () => {
  await withBot(
    async ({ local }) => {
      local.say("/claude ask a", { chat: GROUP.id });
      await local.shows(/^claude asks/, { chat: GROUP.id });
      const moved = local.world.migrate(GROUP.id);
      const asked = await local.shows(/^claude asks[^]*deploy a/, { chat: moved });
      await local.press(asked, /^Approve/);
      await local.shows(/a was told: allow/, { chat: moved });
      await local.shows(/^✓ Approved by You · Bash/, { chat: moved });
      const questions = local.world.botMessages(moved).filter((message) => textOf(message).startsWith("claude asks"));
      expect(questions).toEqual([]);
    },
    { tables: groups },
  );
});
