import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, vi } from "vitest";
import { textOf } from "./local-bot.ts";
import {
  killDuring,
  ON_ITS_WAY,
  restartOnceConfirmed,
  restartWhileCancelling,
  restartWhileReceiptIsSent,
  restartWithReceipt,
} from "./kill-moments.ts";
import { outcomeOf, settle } from "./oracle.ts";
import { it, type RealBot } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

describe.concurrent("a run survives a bot that is killed", () => {
  it("when the prompt had just been confirmed", async ({ bot }) => {
    await restartOnceConfirmed(bot, "confirmed words");
    await settle(bot, ["confirmed words"]);
    expect(outcomeOf(bot, "confirmed words", ["confirmed words"])).toBe("answered");
  });

  it("when its receipt was on its way", async ({ bot }) => {
    await restartWhileReceiptIsSent(bot, "a");
    await settle(bot, ["hold a"]);
    expect(await isAnsweredOnce(bot, "hold a", "held a")).toBe(true);
  });

  it("when its receipt was visible", async ({ bot }) => {
    await restartWithReceipt(bot, "b");
    await settle(bot, ["hold b"]);
    expect(await isAnsweredOnce(bot, "hold b", "held b")).toBe(true);
  });

  it("when its engine works, and goes on in the same progress message, which says so", async ({ bot }) => {
    const card = await bot.works("hold c");
    await bot.restart();
    const after = await bot.shows(/^working[^]*Takopi was restarted meanwhile/);
    expect(after.message_id).toBe(card.message_id);
    bot.engine.release("c");
    await settle(bot, ["hold c"]);
    expect(await isAnsweredOnce(bot, "hold c", "held c")).toBe(true);
    expect(bot.texts().filter((text) => text.includes("held c"))).toHaveLength(1);
  });

  it("when its engine answers while no bot is there", async ({ bot }) => {
    await bot.works("hold d");
    await bot.kill();
    bot.engine.release("d");
    await bot.until("the result is written", () => bot.engine.hasSign("d.result"));
    await bot.start();
    await settle(bot, ["hold d"]);
    expect(await isAnsweredOnce(bot, "hold d", "held d")).toBe(true);
  });

  it("while what waits in its session goes on waiting, and runs once after it", async ({ bot }) => {
    const card = await bot.works("hold e");
    bot.say("waits behind it", card.message_id);
    await bot.shows(/^queued/);
    await bot.restart();
    await bot.shows(/restarted meanwhile/);
    expect(bot.engine.started()).toHaveLength(1);
    bot.engine.release("e");
    await settle(bot, ["hold e", "waits behind it"]);
    expect(await isAnsweredOnce(bot, "hold e", "held e")).toBe(true);
    expect(outcomeOf(bot, "waits behind it", ["waits behind it"])).toBe("answered");
    const [first, second] = bot.engine.started();
    expect(second?.session).toBe(first?.session);
  });

  it("as often as that happens", async ({ bot }) => {
    await bot.works("hold f");
    await bot.restart();
    await bot.restart();
    await bot.shows(/restarted meanwhile/);
    await bot.restart();
    bot.engine.release("f");
    await settle(bot, ["hold f"]);
    expect(await isAnsweredOnce(bot, "hold f", "held f")).toBe(true);
  });

  it("when its result was just written and its engine lingers", async ({ bot }) => {
    bot.say("linger g");
    await bot.until("the result is written", () => bot.engine.hasSign("g.result"));
    await bot.restart();
    await settle(bot, ["linger g"]);
    expect(await isAnsweredOnce(bot, "linger g", "answered g")).toBe(true);
  });

  it("when its final message was on its way, and a second copy is marked", async ({ bot }) => {
    await bot.works("hold h");
    bot.world.addFault({ method: "sendMessage", ...ON_ITS_WAY });
    await killDuring(bot, "h", "sendMessage");
    await bot.shows(/held h/);
    await bot.start();
    await settle(bot, ["hold h"]);
    expect(outcomeOf(bot, "hold h", ["held h"])).toBe("answered");
    await noRecords(bot);
  });

  it("but not one that was being cancelled", async ({ bot }) => {
    await restartWhileCancelling(bot, "i");
    await settle(bot, ["family i"]);
    expect(outcomeOf(bot, "family i", ["never"])).toBe("interrupted");
    await noRecords(bot);
  });

  it("and can be cancelled afterwards, with all its processes", async ({ bot }) => {
    await bot.works("family j");
    await bot.restart();
    const card = await bot.shows(/restarted meanwhile/);
    bot.press(card);
    await bot.shows(/^cancelled/);
    await bot.until("no process is left", () => bot.engine.alive().length + bot.engine.carried().length === 0);
  });

  it("and says that it is interrupted where its engine went away without a trace", async ({ bot }) => {
    await bot.works("hold k");
    await bot.kill();
    for (const pid of bot.engine.carried()) process.kill(pid, "SIGKILL");
    await bot.until("the engine is gone", () => bot.engine.carried().length === 0);
    await bot.start();
    await settle(bot, ["hold k"]);
    expect(outcomeOf(bot, "hold k", ["never"])).toBe("interrupted");
  });
});

describe.concurrent("a bot that is told to make room for its next start", () => {
  it("leaves its runs to that, and ends at once", async ({ bot }) => {
    const card = await bot.works("hold l");
    bot.process.signal("SIGUSR2");
    expect(await bot.process.exited).toEqual({ code: 0, signal: null });
    expect(bot.engine.alive()).toHaveLength(1);
    expect(bot.texts().join()).not.toContain("interrupted");
    await bot.start();
    expect((await bot.shows(/restarted meanwhile/)).message_id).toBe(card.message_id);
    bot.engine.release("l");
    await settle(bot, ["hold l"]);
    expect(await isAnsweredOnce(bot, "hold l", "held l")).toBe(true);
  });

  it("ends them where it is told to end for good", async ({ bot }) => {
    await bot.works("hold m");
    expect(await bot.terminate()).toEqual({ code: 0, signal: null });
    await bot.shows(/^interrupted/);
    expect(bot.engine.carried()).toEqual([]);
    await noRecords(bot);
  });
});

describe.concurrent("what a run asks survives a bot that is killed", () => {
  it("and is answered under the message that is there", async ({ bot }) => {
    bot.say("ask a");
    const asked = await bot.keeps(/^claude asks/);
    await bot.restart();
    await bot.shows(/^waiting for you[^]*restarted meanwhile/);
    bot.press(asked);
    await bot.shows(/a was told: allow/);
    await bot.shows(/^✓ Approved · Bash/);
    await settle(bot, ["ask a"]);
    expect(bot.texts().filter((text) => text.startsWith("claude asks"))).toEqual([]);
  });

  it("and can be answered while no bot is there", async ({ bot }) => {
    bot.say("ask b");
    const asked = await bot.keeps(/^claude asks/);
    await bot.kill();
    bot.press(asked);
    await bot.start();
    await bot.shows(/b was told: allow/);
    await settle(bot, ["ask b"]);
    expect(bot.engine.started()).toHaveLength(1);
  });

  it("and an answer counts once that was given just before", async ({ bot }) => {
    bot.say("ask c");
    const asked = await bot.keeps(/^claude asks/);
    const before = bot.lastCall;
    bot.press(asked);
    await bot.called("answerCallbackQuery", before);
    await bot.restart();
    await bot.shows(/c was told: allow/);
    await settle(bot, ["ask c"]);
    await bot.until("the decision is settled", () => bot.texts().some((text) => text.startsWith("✓ Approved · Bash")));
  });
});

async function isAnsweredOnce(bot: RealBot, prompt: string, answer: string): Promise<boolean> {
  expect(outcomeOf(bot, prompt, [answer])).toBe("answered");
  await noRecords(bot);
  const cards = bot.world.botMessages().filter((message) => /^(working|starting|waiting)/.test(textOf(message)));
  return cards.length === 0;
}

async function noRecords(bot: RealBot): Promise<void> {
  await bot.until("what runs left on the disk is removed", () => recordsOf(bot).length === 0);
}

function recordsOf(bot: RealBot): readonly string[] {
  try {
    return readdirSync(join(bot.dir, "runs"));
  } catch {
    return [];
  }
}
