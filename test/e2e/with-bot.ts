import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineTraces } from "../../chaos/engine-traces.ts";
import { FORUM, GROUP } from "../../src/local/world/seed.ts";
import { type LocalBot, type LocalBotOptions, startLocalBot } from "./local-bot.ts";
import { scriptedClaude } from "./real-bot.ts";

/** Tables that let the bot listen in the group and in the forum. */
export const groups: string = [
  `[projects.group]\npath = "/tmp"\nchat_id = ${GROUP.id}`,
  `[projects.forum]\npath = "/tmp"\nchat_id = ${FORUM.id}`,
].join("\n");

/** A bot in this process whose `claude` is the scripted engine. */
export interface ScriptedBot {
  readonly local: LocalBot;
  readonly engine: EngineTraces;
}

/** Runs a test with a bot of its own, so that tests can run side by side. The bot has greeted its owner when the test begins. */
export async function withBot(use: (bot: ScriptedBot) => Promise<void>, options: LocalBotOptions = {}): Promise<void> {
  const engine = new EngineTraces(mkdtempSync(join(tmpdir(), "takopi-engine-")));
  const tables = `${options.tables ?? ""}\n${scriptedClaude(engine.dir)}`;
  const local = await startLocalBot({ ...options, tables });
  try {
    await local.shows(/takopi is ready/);
    await use({ local, engine });
  } finally {
    await local.close();
    for (const pid of engine.alive()) process.kill(pid, "SIGKILL");
    rmSync(engine.dir, { recursive: true, force: true });
  }
}
