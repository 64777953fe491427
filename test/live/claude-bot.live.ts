import { access } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalBot, startLocalBot, textOf } from "../e2e/local-bot.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { type FakeAnthropic, startFakeAnthropic } from "./fake-anthropic.mjs";
import { processesWith } from "./run-processes.ts";

const program = process.env["TAKOPI_LIVE_CLAUDE"];
if (program === undefined)
  throw new Error("run `npm run test:live -- claude`: it installs the CLI and says where it is");

/** Ours, so that the processes of these tests are told from those of others. */
const MARK = `XDG_TAKOPI_LIVE=${process.pid}`;
const RESUME_LINE = /claude --resume [0-9a-f-]{36}/;

let model: FakeAnthropic;
let local: LocalBot;

beforeEach(async () => {
  model = await startFakeAnthropic();
  local = await startLocalBot({
    tables: `[claude]\ncommand = ${JSON.stringify(program)}\nuse_api_billing = true\nallowed_tools = ["Bash", "Read"]\n`,
    env: {
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: "no-real-key",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "1",
      XDG_TAKOPI_LIVE: String(process.pid),
    },
  });
});

afterEach(async () => {
  // While the bot goes on: what is over leaves nothing behind.
  await expect.poll(() => processesWith(MARK), { timeout: 20_000 }).toEqual([]);
  await local.close();
  expect(await processesWith(MARK)).toEqual([]);
  await model.close();
});

/** The real program takes seconds to start on a busy machine. */
function shows(pattern: RegExp, { after = 0 } = {}): Promise<LocalMessage> {
  const find = (world: LocalWorld): LocalMessage | undefined =>
    world.botMessages().find((message) => message.message_id > after && pattern.test(textOf(message)));
  return local.world.waitFor(find, { timeoutMs: 30_000 });
}

describe("Claude Code's own CLI in the whole bot", () => {
  it("answers a first prompt, and continues the session in a reply", async () => {
    local.say("/claude Hello");
    const first = await shows(/^done · claude/);
    expect(textOf(first)).toContain("You said: Hello");
    local.say("And then?", { replyTo: first.message_id });
    const second = await shows(/And then\?/, { after: first.message_id });
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(RESUME_LINE.exec(textOf(first))?.[0]);
  });

  it("shows a tool while it works, and its outcome", async () => {
    local.say("/claude BASH(sleep 3; echo done)");
    const card = await shows(/▸ sleep 3; echo done/);
    expect(textOf(card)).toMatch(/^working · claude · \d+s · step 1/);
    const final = await shows(/^done · claude · \d+s · step 1/);
    expect(textOf(final)).toContain("Tool result: done");
  });

  it("asks the user its question, and gets the answer", async () => {
    local.say("/claude ASK");
    await local.press(await shows(/^claude asks[^]*Which colour\?/), /Blue/);
    await shows(/^✓ Answered/);
    expect(textOf(await shows(/^done · claude/))).toContain(`"Which colour?"="Blue"`);
  });

  it("asks before it writes a file, shows the change, and keeps to the answer", async () => {
    const paths = ["approved.txt", "denied.txt"].map((name) => join(local.dir, name));
    local.say(`/claude WRITE(${paths[0]}) WRITE(${paths[1]})`);
    await local.press(await shows(/^claude asks[^]*approved\.txt[^]*\+hello/), /^Approve/);
    await shows(/^✓ Approved · Write/);
    await local.press(await shows(/^claude asks[^]*denied\.txt/), /^Deny/);
    await shows(/^done · claude/);
    expect(await Promise.all(paths.map(exists))).toEqual([true, false]);
  });

  it("shows its plan, and works by it once that is approved", async () => {
    const path = join(local.dir, "planned.txt");
    local.say(`/claude /plan PLANFILE PLAN WRITE(${path})`);
    await local.press(await shows(/Work by this plan\?/), /accept edits/);
    await shows(/^done · claude/);
    expect(await exists(path)).toBe(true);
  });

  it("takes a prompt that waits in its session into the run that works", async () => {
    local.say("/claude Hello");
    const first = await shows(/^done · claude/);
    local.say(`BASH(node -e "setTimeout(process.exit,6000)")`, { replyTo: first.message_id });
    await shows(/▸ node/);
    local.say("and be brief", { replyTo: first.message_id });
    expect(await local.press(await shows(/^queued · claude/), /Steer now/)).toBe("Passing it to claude…");
    await shows(/claude took this into the run/);
    await shows(/^done · claude/, { after: first.message_id });
    expect(model.texts.some((text) => text.includes("and be brief"))).toBe(true);
  });

  it("lists its sessions, and continues one of them", async () => {
    local.say("/claude Remember this");
    const first = await shows(/^done · claude/);
    local.say("/sessions claude");
    const listed = await shows(/^Sessions of claude/);
    expect(textOf(listed)).toContain("Remember this");
    await local.press(listed, /Remember this/);
    const offer = await shows(/of claude\. /, { after: listed.message_id });
    local.say("Go on", { replyTo: offer.message_id });
    const second = await shows(/You said: Go on/);
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(RESUME_LINE.exec(textOf(first))?.[0]);
  });

  it("cancels a run with everything it started, and its session goes on", async () => {
    local.say("/claude BASH(trap '' TERM; tail -f /dev/null)");
    const card = await shows(/▸ trap/);
    expect(await local.press(card, /Cancel/)).toBe("Cancelling…");
    const cancelled = await shows(/^cancelled · claude/);
    await expect.poll(() => processesWith(MARK), { timeout: 20_000 }).toEqual([]);
    local.say("Go on", { replyTo: cancelled.message_id });
    expect(textOf(await shows(/^done · claude/))).toContain("You said: Go on");
  });

  it("goes on with a run while the bot is restarted, and answers", async () => {
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
    const path = join(local.dir, "restarted.txt");
    local.say(`/claude WRITE(${path})`);
    const asked = await shows(/^claude asks[^]*restarted\.txt/);
    await local.stopBot({ keepRuns: true });
    await local.startBot();
    await shows(/^waiting for you · claude[^]*restarted meanwhile/);
    await local.press(asked, /^Approve/);
    await shows(/^✓ Approved · Write/);
    await shows(/^done · claude/);
    expect(await exists(path)).toBe(true);
  });

  it("takes a prompt into a run that it went on with", async () => {
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
    local.say("/claude HTTP(500)");
    const final = await shows(/^error · claude/);
    expect(textOf(final)).toContain("500");
  });

  it("goes on in a new session, and says so, when the old one is unknown", async () => {
    local.say("Hello\nclaude --resume 00000000-1111-4222-8333-444444444444");
    const final = await shows(/^done · claude/);
    expect(textOf(final)).toContain("is gone, so this is a new one");
    expect(RESUME_LINE.exec(textOf(final))?.[0]).not.toContain("00000000-1111");
  });
});

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
