import { describe, expect, vi } from "vitest";
import { it, itEnding, type RealBot } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

/** How long something may be left of what an engine started, children in sessions of their own included. */
const GONE_WITHIN_MS = 10_000;

describe.concurrent("no process is left", () => {
  it("of a cancelled run whose engine and children hear nothing", async ({ bot }) => {
    const card = await familyUp(bot);
    bot.press(card);
    await allGone(bot);
    await bot.shows(/^cancelled/);
  });

  it("of an engine that crashed", async ({ bot }) => {
    bot.say("crash x");
    await bot.shows(/^error[^]*exit code 3[^]*the last words/);
    await allGone(bot);
    expect(bot.engine.pids().length).toBe(2);
  });

  it("when the bot is told to end, which it does within 10 s", async ({ bot }) => {
    await familyUp(bot);
    const asked = performance.now();
    expect(await bot.terminate()).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(GONE_WITHIN_MS);
    expect(bot.engine.alive()).toEqual([]);
    await bot.shows(/^interrupted/);
  });

  itEnding("when the bot is killed and started again", async ({ bot }) => {
    await familyUp(bot);
    await bot.restart();
    await allGone(bot);
  });

  it("of an engine that lingers after its result", async ({ bot }) => {
    bot.say("linger x");
    await bot.shows(/^done[^]*answered x/);
    expect(bot.engine.alive().length).toBe(1);
    await allGone(bot);
  });
});

describe.concurrent("no process that lost parent, session and environment is left", () => {
  it("of a cancelled run", async ({ bot }) => {
    const card = await scatteredUp(bot);
    bot.press(card);
    await allGone(bot);
  });

  it("of an engine that crashed", async ({ bot }) => {
    bot.say("scatter x crash");
    await bot.shows(/^error[^]*exit code 3/);
    await allGone(bot);
    expect(bot.engine.pids().length).toBe(3);
  });

  it("when the bot is told to end", async ({ bot }) => {
    await scatteredUp(bot);
    await bot.terminate();
    expect(bot.engine.alive()).toEqual([]);
  });

  it("when the bot and its engine are killed and the bot is started again", async ({ bot }) => {
    await scatteredUp(bot);
    await bot.kill();
    const [{ pid } = { pid: 0 }] = bot.engine.started();
    process.kill(pid, "SIGKILL");
    await bot.until("the engine is gone", () => !bot.engine.alive().includes(pid));
    expect(bot.engine.alive().length).toBe(2);
    await bot.start();
    await allGone(bot);
  });
});

async function scatteredUp(bot: RealBot): ReturnType<RealBot["shows"]> {
  const card = await bot.works("scatter x");
  expect(bot.engine.alive().length).toBe(3);
  return card;
}

async function familyUp(bot: RealBot): ReturnType<RealBot["shows"]> {
  const card = await bot.works("family x");
  expect(bot.engine.alive().length).toBe(3);
  return card;
}

async function allGone(bot: RealBot): Promise<void> {
  await bot.until("all are gone", () => bot.engine.alive().length === 0, GONE_WITHIN_MS);
}
