import { describe, expect, vi } from "vitest";
import { killDuring, ON_ITS_WAY, restartWhileCancelling } from "./kill-moments.ts";
import { outcomeOf, settle } from "./oracle.ts";
import { itEnding as it } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

const SHORTLY = { kind: "delay", delay_ms: 0 } as const;

describe.concurrent("a bot whose runs end with it, killed when its engine has a result", () => {
  it("answers or reports the prompt whose result was just written, and ends an engine that lingers", async ({
    bot,
  }) => {
    bot.say("linger a");
    await bot.until("the result is written", () => bot.engine.hasSign("a.result"));
    await bot.restart();
    await settle(bot, ["linger a"]);
    outcomeOf(bot, "linger a", ["answered a"]);
  });

  it("marks the second copy of a final message that was on its way", async ({ bot }) => {
    await bot.works("hold b");
    bot.world.addFault({ method: "sendMessage", ...ON_ITS_WAY });
    await killDuring(bot, "b", "sendMessage");
    await bot.shows(/held b/);
    await bot.start();
    await settle(bot, ["hold b"]);
    expect(outcomeOf(bot, "hold b", ["held b"])).toBe("answered");
    expect(bot.texts().filter((text) => text.includes("held b")).length).toBe(2);
  });

  it("sends a final message once more at most that was just visible", async ({ bot }) => {
    await bot.works("hold c");
    bot.engine.release("c");
    await bot.shows(/held c/);
    await bot.restart();
    await settle(bot, ["hold c"]);
    expect(outcomeOf(bot, "hold c", ["held c"])).toBe("answered");
  });

  it("sends the rest of an answer of three messages when the second was on its way", async ({ bot }) => {
    bot.world.addFault({ method: "sendMessage", ...SHORTLY, times: 2 });
    bot.world.addFault({ method: "sendMessage", ...ON_ITS_WAY });
    const prompt = "size 11000";
    bot.say(prompt);
    await bot.shows(/\[0\] \[1\]/);
    const before = bot.lastCall;
    await bot.until("the second part", () => bot.world.faults().length === 0);
    await bot.kill();
    await bot.shows(/continued \(2\/3\)/);
    expect(bot.lastCall - before).toBeLessThan(4);
    await bot.start();
    await bot.shows(/continued \(3\/3\)/);
    const parts = ["[0] [1]", "continued (2/3)", "continued (3/3)"];
    await settle(bot, [prompt]);
    expect(outcomeOf(bot, prompt, parts)).toBe("answered");
  });

  it("removes the progress message whose removal was on its way", async ({ bot }) => {
    await bot.works("hold d");
    bot.world.addFault({ method: "deleteMessage", ...ON_ITS_WAY });
    await killDuring(bot, "d", "deleteMessage");
    await bot.start();
    await settle(bot, ["hold d"]);
    expect(outcomeOf(bot, "hold d", ["held d"])).toBe("answered");
  });

  it("says nothing more about a run that was all done", async ({ bot }) => {
    await bot.works("hold e");
    bot.engine.release("e");
    await bot.shows(/held e/);
    await bot.until("the progress message is gone", () => bot.texts().length === 1);
    await bot.restart();
    await settle(bot, ["hold e"]);
    expect(outcomeOf(bot, "hold e", ["held e"])).toBe("answered");
    expect(bot.texts().filter((text) => text.includes("held e")).length).toBe(1);
  });
});

describe.concurrent("a bot killed again while it recovers", () => {
  it("ends up the same when it had just begun to poll", async ({ bot }) => {
    await bot.works("hold f");
    await bot.restart();
    await bot.restart();
    await settle(bot, ["hold f"]);
    expect(outcomeOf(bot, "hold f", ["held f"])).toBe("interrupted");
  });

  it("repeats the correction that was on its way", async ({ bot }) => {
    await bot.works("hold g");
    await bot.kill();
    bot.world.addFault({ method: "editMessageText", ...ON_ITS_WAY });
    const before = bot.lastCall;
    await bot.start();
    await bot.called("editMessageText", before);
    await bot.restart();
    await settle(bot, ["hold g"]);
    expect(outcomeOf(bot, "hold g", ["held g"])).toBe("interrupted");
  });

  it("ends the processes of a run that was being cancelled", async ({ bot }) => {
    await restartWhileCancelling(bot, "h");
    await settle(bot, ["family h"]);
    expect(outcomeOf(bot, "family h", ["never"])).toBe("interrupted");
    expect(bot.engine.alive()).toEqual([]);
  });
});
