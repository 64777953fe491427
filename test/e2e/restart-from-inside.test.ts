import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, vi } from "vitest";
import { compiled } from "./built-bot.ts";
import { outcomeOf, settle } from "./oracle.ts";
import { it, type RealBot } from "./real-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 60_000 });

/** What a command of a run knows of the bot, and a way to wait until it is gone. */
const FIND_BOT = "bot=$(cat takopi.db.lock.pid)";
const UNTIL_GONE = "while kill -0 $bot 2>/dev/null; do sleep 0.05; done";

describe.concurrent("a run whose own command restarts the bot goes on, and answers once", () => {
  for (const signal of ["USR2", "KILL"]) {
    it(`with SIG${signal}, where another program starts it again`, async ({ bot }) => {
      writeScript(bot, "a", [FIND_BOT, `kill -${signal} $bot`]);
      bot.say("shell a");
      await bot.process.exited;
      await bot.start();
      await bot.shows(/^working[^]*restarted meanwhile/);
      await expectAnswer(bot, "a");
    });
  }

  it("where the command starts it again, and the new bot stays when the run is over", async ({ bot }) => {
    writeScript(bot, "b", [FIND_BOT, "kill -KILL $bot", UNTIL_GONE, `${startBot(bot)} &`]);
    bot.say("shell b");
    await withBotOf(bot, async (pid) => {
      await bot.shows(/^working[^]*restarted meanwhile/);
      await expectAnswer(bot, "b");
      await expectLife(bot, "and again");
      expect(isThere(pid)).toBe(true);
    });
  });

  it("where nobody reads what the new bot prints and logs", async ({ bot }) => {
    writeScript(bot, "f", [FIND_BOT, "kill -KILL $bot", UNTIL_GONE, `${startBot(bot)} 2>&1 | true &`]);
    bot.say("shell f");
    await withBotOf(bot, async (pid) => {
      await expectAnswer(bot, "f");
      // Something to log.
      bot.world.addFault({ method: "getUpdates", kind: "500", times: 2 });
      await expectLife(bot, "still there?");
      expect(isThere(pid)).toBe(true);
    });
  });

  it("where the command starts it through another program, which is left alone as well", async ({ bot }) => {
    const wrapper = `sh -c '${startBot(bot)}; echo over >over' &`;
    writeScript(bot, "c", [FIND_BOT, "kill -KILL $bot", UNTIL_GONE, wrapper]);
    bot.say("shell c");
    await withBotOf(bot, async (pid) => {
      await expectAnswer(bot, "c");
      process.kill(pid, "SIGTERM");
      await bot.until("the program that started the bot sees its end", () => bot.engine.hasSign("over"));
    });
  });

  it("and ends what else the command had started", async ({ bot }) => {
    const stray = "(trap '' TERM HUP; sleep 1000) >/dev/null 2>&1 & echo $! >stray";
    writeScript(bot, "d", [stray, FIND_BOT, "kill -KILL $bot", UNTIL_GONE, `${startBot(bot)} &`]);
    bot.say("shell d");
    await withBotOf(bot, async (pid) => {
      await expectAnswer(bot, "d");
      await bot.until("the other one is gone", () => !isThere(pidIn(bot, "stray")));
      expect(isThere(pid)).toBe(true);
    });
  });
});

describe.concurrent("a run whose own command ends the bot for good", () => {
  it("is interrupted with it, within 10 s, and can be resumed", async ({ bot }) => {
    writeScript(bot, "e", [FIND_BOT, "kill -TERM $bot", UNTIL_GONE, `${startBot(bot)} &`]);
    const asked = performance.now();
    bot.say("shell e");
    expect(await bot.process.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(10_000);
    await bot.start();
    await settle(bot, ["shell e"]);
    expect(outcomeOf(bot, "shell e", ["never"])).toBe("interrupted");
  });
});

function writeScript(bot: RealBot, name: string, lines: readonly string[]): void {
  writeFileSync(join(bot.dir, `${name}.sh`), `${lines.join("\n")}\n`);
}

/** The bot with its output in the pipes of the command, which break when the run ends. */
function startBot(bot: RealBot): string {
  const main = join(compiled(), "src/main.js");
  return `TAKOPI_LOG_LEVEL=debug "${process.execPath}" "${main}" --config "${bot.config}"`;
}

async function expectAnswer(bot: RealBot, name: string): Promise<void> {
  await bot.until("the engine holds", () => bot.engine.hasSign(`${name}.started`));
  bot.engine.release(name);
  const prompt = `shell ${name}`;
  await bot.until("the answer", () => bot.texts().some((text) => text.includes(`held ${name} to the end`)));
  expect(outcomeOf(bot, prompt, [`held ${name}`])).toBe("answered");
  await bot.until("the engine is gone", () => bot.engine.alive().length === 0);
}

async function expectLife(bot: RealBot, prompt: string): Promise<void> {
  bot.say(prompt);
  await bot.until("the answer", () => bot.texts().some((text) => text.startsWith("done") && text.includes(prompt)));
  expect(outcomeOf(bot, prompt, [prompt])).toBe("answered");
}

/** For a bot that is not this test's child. */
async function withBotOf(bot: RealBot, use: (pid: number) => Promise<void>): Promise<void> {
  const first = bot.process.pid;
  await bot.process.exited;
  const pid = await bot.until("the new bot holds the lock", () => {
    const holder = pidIn(bot, "takopi.db.lock.pid");
    return holder !== first && isThere(holder) && holder;
  });
  try {
    await use(pid);
  } finally {
    if (isThere(pid)) process.kill(pid, "SIGKILL");
    await bot.until("the new bot is gone", () => !isThere(pid));
  }
}

function pidIn(bot: RealBot, file: string): number {
  try {
    return Number(readFileSync(join(bot.dir, file), "utf8"));
  } catch {
    // Not written yet, or removed.
    return 0;
  }
}

function isThere(pid: number): boolean {
  try {
    return pid > 0 && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
