import { describe, expect, vi } from "vitest";
import { restartOnceConfirmed, restartWhileReceiptIsSent, restartWithReceipt } from "./kill-moments.ts";
import { outcomeOf, settle, unfinished } from "./oracle.ts";
import { itEnding as it } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

describe.concurrent("a bot whose runs end with it, killed before its engine has a result", () => {
  it("runs a prompt once that it was handed and had not confirmed", async ({ bot }) => {
    const before = bot.lastCall;
    bot.say("first words");
    await bot.until("the update is handed over", () =>
      bot.world
        .requests({ method: "getUpdates" })
        .some(({ id, answeredAt }) => id <= before && answeredAt !== undefined),
    );
    await bot.restart();
    await settle(bot, ["first words"]);
    outcomeOf(bot, "first words", ["first words"]);
  });

  it("runs a prompt at most once that it had confirmed", async ({ bot }) => {
    await restartOnceConfirmed(bot, "confirmed words");
    await settle(bot, ["confirmed words"]);
    outcomeOf(bot, "confirmed words", ["confirmed words"]);
  });

  it("reports a prompt once whose receipt was on its way", async ({ bot }) => {
    await restartWhileReceiptIsSent(bot, "a");
    await settle(bot, ["hold a"]);
    expect(outcomeOf(bot, "hold a", ["held a"])).toBe("interrupted");
  });

  it("reports a prompt as interrupted whose receipt was visible", async ({ bot }) => {
    await restartWithReceipt(bot, "b");
    await settle(bot, ["hold b"]);
    expect(outcomeOf(bot, "hold b", ["held b"])).toBe("interrupted");
  });

  it("reports a prompt as interrupted that its engine works on, and ends the engine", async ({ bot }) => {
    await bot.works("hold c");
    await bot.restart();
    await settle(bot, ["hold c"]);
    expect(outcomeOf(bot, "hold c", ["held c"])).toBe("interrupted");
  });

  it("corrects the progress message of a run that was seen working, within 5 s of its restart", async ({ bot }) => {
    bot.say("hold d");
    const working = await bot.shows(/^working/);
    await bot.kill();
    const restartedAt = performance.now();
    await bot.start();
    const corrected = await bot.shows(/^interrupted/, 5_000);
    expect(performance.now() - restartedAt).toBeLessThan(5_000);
    expect(corrected.message_id).toBe(working.message_id);
    expect(unfinished(bot)).toEqual([]);
    await settle(bot, ["hold d"]);
    expect(outcomeOf(bot, "hold d", ["held d"])).toBe("interrupted");
  });

  it("runs what had waited in its session, once and after the restart", async ({ bot }) => {
    const card = await bot.works("hold e");
    bot.say("waits behind it", card.message_id);
    await bot.shows(/^queued/);
    await bot.restart();
    await settle(bot, ["hold e", "waits behind it"]);
    expect(outcomeOf(bot, "hold e", ["held e"])).toBe("interrupted");
    expect(outcomeOf(bot, "waits behind it", ["waits behind it"])).toBe("answered");
    const [first, second] = bot.engine.started();
    expect(second?.session).toBe(first?.session);
  });

  it("answers what was sent while it was down, in order", async ({ bot }) => {
    const prompts = [1, 2].map((number) => `sent while down ${number}`);
    await bot.kill();
    for (const prompt of prompts) bot.say(prompt);
    await bot.start();
    await settle(bot, prompts);
    for (const prompt of prompts) expect(outcomeOf(bot, prompt, [prompt])).toBe("answered");
    expect(bot.accepted()).toEqual(prompts);
  });
});
