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
    tables: `[claude]\ncommand = ${JSON.stringify(program)}\nuse_api_billing = true\n`,
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

  it("tells the model that nobody can answer its question, and gets to an end", async () => {
    local.say("/claude ASK");
    const final = await shows(/^done · claude/);
    expect(textOf(final)).toContain("can't be asked right now");
  });

  it("cancels a run with everything it started", async () => {
    local.say("/claude BASH(trap '' TERM; tail -f /dev/null)");
    const card = await shows(/▸ trap/);
    expect(await local.press(card, /Cancel/)).toBe("Cancelling…");
    await shows(/^cancelled · claude/);
    await local.stopBot();
    expect(await processesWith(MARK)).toEqual([]);
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
