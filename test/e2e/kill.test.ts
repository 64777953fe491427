import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RealBot } from "./real-bot.ts";

let bot: RealBot;

beforeEach(async () => {
  bot = await RealBot.create();
});

afterEach(async () => {
  await bot.close();
});

describe("x", () => {
  it("works", async () => {
    const t0 = performance.now();
    await bot.start();
    console.log("start", performance.now() - t0);
    bot.say("hello");
    await bot.shows(/^done · claude/);
    console.log("done", performance.now() - t0);
    await bot.kill();
    expect(bot.engine.started()).toHaveLength(1);
    console.log(bot.output(), bot.texts());
  });
});
