import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { textOf } from "../e2e/local-bot.ts";
import { claudeTable, claudeVariables } from "./claude-setup.ts";
import { startFakeAnthropic } from "./fake-anthropic.mjs";
import { type EngineInBot, engineProcesses, type EngineSetup, startsBot, worksLikeOthers } from "./whole-bot.ts";

const claude: EngineInBot = {
  id: "claude",
  resumeLine: /claude --resume [0-9a-f-]{36}/,
  unknownSession: "claude --resume 00000000-1111-4222-8333-444444444444",
  writeTool: "Write",
  setUp,
};

describe("Claude Code's own CLI in the whole bot", () => {
  const bot = startsBot(claude);
  worksLikeOthers(claude, bot);

  afterEach(async () => {
    // While the bot goes on: what is over leaves nothing behind.
    await expect.poll(engineProcesses, { timeout: 20_000 }).toEqual([]);
  });

  it("asks the user its question, and gets the answer", async () => {
    const { local, shows } = bot();
    local.say("/claude ASK");
    await local.press(await shows(/^claude asks[^]*Which colour\?/), /Blue/);
    await shows(/^✓ Answered/);
    expect(textOf(await shows(/^done · claude/))).toContain(`"Which colour?"="Blue"`);
  });

  it("shows its plan, and works by it once that is approved", async () => {
    const { local, shows } = bot();
    const path = join(local.dir, "planned.txt");
    local.say(`/claude /plan PLANFILE PLAN WRITE(${path})`);
    await local.press(await shows(/Work by this plan\?/), /accept edits/);
    await shows(/^done · claude/);
    expect(existsSync(path)).toBe(true);
  });

  it("goes on with a run while the bot is restarted, and answers", async () => {
    const { local, shows } = bot();
    local.say("/claude BASH(sleep 8; echo done)");
    const card = await shows(/▸ sleep 8; echo done/);
    await local.stopBot({ keepRuns: true });
    await local.startBot();
    const again = await shows(/^working · claude[^]*Takopi was restarted meanwhile[^]*▸ sleep 8; echo done/);
    expect(again.message_id).toBe(card.message_id);
    const final = await shows(/^done · claude/);
    expect(textOf(final)).toContain("Tool result: done");
    expect(local.world.botMessages().filter((message) => textOf(message).startsWith("done · claude"))).toHaveLength(1);
    local.say("And then?", { replyTo: final.message_id });
    await shows(/You said: And then\?/, { after: final.message_id });
  });

  it("gives an answer to what it asked before the bot was restarted", async () => {
    const { local, shows } = bot();
    const path = join(local.dir, "restarted.txt");
    local.say(`/claude WRITE(${path})`);
    const asked = await shows(/^claude asks[^]*restarted\.txt/);
    await local.stopBot({ keepRuns: true });
    await local.startBot();
    await shows(/^waiting for you · claude[^]*restarted meanwhile/);
    await local.press(asked, /^Approve/);
    await shows(/^✓ Approved · Write/);
    await shows(/^done · claude/);
    expect(existsSync(path)).toBe(true);
  });

  it("takes a prompt into a run that it went on with", async () => {
    const { local, model, shows } = bot();
    local.say("/claude Hello");
    const first = await shows(/^done · claude/);
    local.say(`BASH(node -e "setTimeout(process.exit,9000)")`, { replyTo: first.message_id });
    await shows(/▸ node/);
    await local.stopBot({ keepRuns: true });
    await local.startBot();
    local.say("and be brief", { replyTo: first.message_id });
    await local.press(await shows(/^queued · claude/), /Steer now/);
    await shows(/claude took this into the run/);
    await shows(/^done · claude/, { after: first.message_id });
    expect(model.texts.some((text) => text.includes("and be brief"))).toBe(true);
  });

  it("explains an error of the model's service", async () => {
    const { local, shows } = bot();
    local.say("/claude HTTP(500)");
    const final = await shows(/^error · claude/);
    expect(textOf(final)).toContain("500");
  });
});

async function setUp(): Promise<EngineSetup> {
  const model = await startFakeAnthropic();
  return {
    table: claudeTable,
    env: claudeVariables(model.url),
    model: { texts: model.texts, said: () => model.texts.join("\n") },
    close: () => model.close(),
  };
}
