import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, vi } from "vitest";
import { startBuiltBot } from "./built-bot.ts";
import { it, type RealBot } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

describe.concurrent("a second bot", () => {
  it("with the same configuration does not poll and names the process that runs", async ({ bot }) => {
    const { code, output } = await ended(bot, bot.config);
    expect(code).toBe(1);
    expect(output).toContain(`already running as process ${bot.process.pid}`);
    await expectSolePoller(bot);
  });

  it("with the same token in another configuration does not poll and names the process that runs", async ({ bot }) => {
    const other = copyOf(bot, join("other", "takopi"), (text) => text);
    const { code, output } = await ended(bot, other);
    expect(code).toBe(1);
    expect(output).toContain(`already running as process ${bot.process.pid}`);
    expect(output).toContain(join(bot.dir, ".takopi", "locks"));
    await expectSolePoller(bot);
  });

  it("starts when the first was killed", async ({ bot }) => {
    await bot.kill();
    await bot.start();
    bot.say("hello again");
    await bot.shows(/^done[^]*hello again/);
  });
});

describe.concurrent("a bot", () => {
  it("with nobody on its allow-list ends with one sentence that says what to do", async ({ bot }) => {
    await bot.kill();
    const open = copyOf(bot, "open", (text) => text.replace(/allowed_user_ids.*/, ""));
    const before = bot.lastCall;
    const { code, output } = await ended(bot, open);
    expect(code).toBe(78);
    expect(output.trim().split("\n")).toEqual([
      "takopi: nobody may use this bot: run takopi pair, or set transports.telegram.allowed_user_ids",
    ]);
    expect(bot.lastCall).toBe(before);
  });

  it("whose token Telegram does not know ends with one sentence, without the token", async ({ bot }) => {
    await bot.kill();
    const token = "7000000002:AAwrong-token-of-nobody-at-all-00000";
    const { code, output } = await ended(
      bot,
      copyOf(bot, "wrong", (text) => text.replace(bot.telegram.token, token)),
    );
    expect(code).toBe(1);
    expect(output.trim().split("\n").length).toBe(1);
    expect(output).toContain("token");
    expect(output).not.toContain(token.split(":")[1]);
  });
});

/** A configuration in a directory of its own. */
function copyOf(bot: RealBot, name: string, change: (text: string) => string): string {
  const path = join(bot.dir, `${name}.toml`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, change(readFileSync(bot.config, "utf8")), { mode: 0o600 });
  return path;
}

async function ended(bot: RealBot, config: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const second = startBuiltBot({ config, home: bot.dir });
  const { code } = await second.exited;
  return { code, output: second.output() };
}

/** The first one is still served, and no poll met another. */
async function expectSolePoller(bot: RealBot): Promise<void> {
  bot.say("still there");
  await bot.shows(/^done[^]*still there/);
  expect(bot.world.requests({ method: "getUpdates" }).filter(({ status }) => status === 409)).toEqual([]);
}
