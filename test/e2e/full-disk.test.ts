import { describe, expect, it } from "vitest";
import { withBot } from "./with-bot.ts";

describe.concurrent("a bot whose disk is full for a moment at its start", () => {
  it.each([2, 3, 4, 5])("works all the same, whichever write it is: write %i", async (write) => {
    await withBot(
      async ({ local }) => {
        local.say("echo there is room");
        await local.shows(/^done[^]*there is room/);
        expect(local.logged.filter((line) => line.includes("this fault was planned"))).toHaveLength(1);
      },
      { env: { TAKOPI_JOURNAL_FAULT: `full@${write}..${write}` } },
    );
  });
});
