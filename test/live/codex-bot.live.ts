import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalBot, startLocalBot, textOf } from "../e2e/local-bot.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { codexConfig, exists, program } from "./codex-setup.ts";
import { type FakeResponses, startFakeResponses } from "./fake-responses.mjs";
import { processesWith } from "./run-processes.ts";

/** Ours, so that the processes of these tests are told from those of others. */
const MARK = `XDG_TAKOPI_LIVE=${process.pid}`;
const RESUME_LINE = /codex resume [0-9a-f-]{36}/;

let model: FakeResponses;
let codexHome: string;
let local: LocalBot;

beforeEach(async () => {
  model = await startFakeResponses();
  codexHome = await mkdtemp(join(tmpdir(), "takopi-codex-home-"));
  await writeFile(join(codexHome, "config.toml"), codexConfig(model.url));
  local = await startLocalBot({
    tables: `[codex]\ncommand = ${JSON.stringify(program)}\n`,
    env: { CODEX_HOME: codexHome, CODEX_FAKE_KEY: "no-real-key", XDG_TAKOPI_LIVE: String(process.pid) },
  });
});

afterEach(async () => {
  // While the bot goes on: what is over leaves nothing behind.
  await expect.poll(() => processesWith(MARK), { timeout: 20_000 }).toEqual([]);
  await local.close();
  expect(await processesWith(MARK)).toEqual([]);
  await model.close();
  await rm(codexHome, { recursive: true, force: true });
});

/** The real program takes seconds to start on a busy machine. */
function shows(pattern: RegExp, { after = 0 } = {}): Promise<LocalMessage> {
  const find = (world: LocalWorld): LocalMessage | undefined =>
    world.botMessages().find((message) => message.message_id > after && pattern.test(textOf(message)));
  return local.world.waitFor(find, { timeoutMs: 30_000 });
}

async function restart(): Promise<void> {
  await local.stopBot({ keepRuns: true });
  await local.startBot();
}

describe("Codex's own CLI in the whole bot", () => {
  it("answers a first prompt, and continues the session in a reply", async () => {
    local.say("/codex Hello");
    const first = await shows(/^done · codex/);
    expect(textOf(first)).toContain("You said: Hello");
    local.say("And then?", { replyTo: first.message_id });
    const second = await shows(/You said: And then\?/, { after: first.message_id });
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(RESUME_LINE.exec(textOf(first))?.[0]);
  });

  it("shows a tool while it works, and its outcome", async () => {
    local.say("/codex BASH(sleep 3; echo done)");
    const card = await shows(/▸ sleep 3; echo done/);
    expect(textOf(card)).toMatch(/^working · codex · \d+s · step 1/);
    expect(textOf(await shows(/^done · codex · \d+s · step 1/))).toContain("Tool result: ");
  });

  it("asks before a command leaves the sandbox, and keeps to the answer", async () => {
    const [approved, denied] = ["approved.txt", "denied.txt"].map((name) => join(local.dir, name));
    local.say(`/codex ESCALATE(touch ${approved}) ESCALATE(touch ${denied})`);
    await local.press(await shows(/^codex asks[^]*touch [^]*approved\.txt/), /^Approve/);
    await local.press(await shows(/^codex asks[^]*touch [^]*denied\.txt/), /^Deny/);
    await shows(/^done · codex/);
    expect([await exists(approved ?? ""), await exists(denied ?? "")]).toEqual([true, false]);
  });

  it("shows its plan, and works by it once that is approved", async () => {
    const path = join(local.dir, "planned.txt");
    local.say(`/codex /plan PROPOSE(PATCH(${path}))`);
    await local.press(await shows(/Work by this plan\?/), /accept edits/);
    await shows(/^done · codex/);
    expect(await exists(path)).toBe(true);
  });

  it("takes a prompt that waits in its session into the run that works", async () => {
    local.say("/codex Hello");
    const first = await shows(/^done · codex/);
    local.say(`BASH(node -e "setTimeout(process.exit,6000)")`, { replyTo: first.message_id });
    await shows(/▸ node/);
    local.say("and be brief", { replyTo: first.message_id });
    expect(await local.press(await shows(/^queued · codex/), /Steer now/)).toBe("Passing it to codex…");
    await shows(/codex took this into the run/);
    const final = await shows(/^done · codex/, { after: first.message_id });
    expect(textOf(final)).toContain("You said: and be brief");
  });

  it("lists its sessions, and continues one of them", async () => {
    local.say("/codex Remember this");
    const first = await shows(/^done · codex/);
    local.say("/sessions codex");
    const listed = await shows(/^Sessions of codex/);
    await local.press(listed, /Remember this/);
    const offer = await shows(/of codex\. /, { after: listed.message_id });
    local.say("Go on", { replyTo: offer.message_id });
    const second = await shows(/You said: Go on/);
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(RESUME_LINE.exec(textOf(first))?.[0]);
  });

  it("cancels a run with everything it started, and its session goes on", async () => {
    local.say("/codex BASH(trap '' TERM INT HUP; tail -f /dev/null)");
    const card = await shows(/▸ trap/);
    expect(await local.press(card, /Cancel/)).toBe("Cancelling…");
    const cancelled = await shows(/^cancelled · codex/);
    await expect.poll(() => processesWith(MARK), { timeout: 20_000 }).toEqual([]);
    local.say("Go on", { replyTo: cancelled.message_id });
    expect(textOf(await shows(/^done · codex/))).toContain("You said: Go on");
  });

  it("goes on with a run while the bot is restarted, and answers", async () => {
    local.say(`/codex BASH(node -e "setTimeout(process.exit,8000)")`);
    const card = await shows(/▸ node/);
    await restart();
    const again = await shows(/^working · codex[^]*Takopi was restarted meanwhile[^]*▸ node/);
    expect(again.message_id).toBe(card.message_id);
    const final = await shows(/^done · codex/);
    expect(textOf(final)).toContain("Tool result: ");
    expect(local.world.botMessages().filter((message) => textOf(message).startsWith("done · codex"))).toHaveLength(1);
    local.say("And then?", { replyTo: final.message_id });
    await shows(/You said: And then\?/, { after: final.message_id });
  });

  it("gives an answer to what it asked before the bot was restarted", async () => {
    const path = join(local.dir, "restarted.txt");
    local.say(`/codex ESCALATE(touch ${path})`);
    const asked = await shows(/^codex asks[^]*restarted\.txt/);
    await restart();
    await shows(/^waiting for you · codex[^]*restarted meanwhile/);
    await local.press(asked, /^Approve/);
    await shows(/^✓ Approved/);
    await shows(/^done · codex/);
    expect(await exists(path)).toBe(true);
  });

  it("works by a plan that was shown before the bot was restarted", async () => {
    const path = join(local.dir, "planned-before.txt");
    local.say(`/codex /plan PROPOSE(PATCH(${path}))`);
    const plan = await shows(/Work by this plan\?/);
    await restart();
    await shows(/^waiting for you · codex[^]*restarted meanwhile/);
    await local.press(plan, /accept edits/);
    await shows(/^done · codex/);
    expect(await exists(path)).toBe(true);
  });

  it("takes a prompt into a run that it went on with", async () => {
    local.say("/codex Hello");
    const first = await shows(/^done · codex/);
    local.say(`BASH(node -e "setTimeout(process.exit,9000)")`, { replyTo: first.message_id });
    await shows(/▸ node/);
    await restart();
    local.say("and be brief", { replyTo: first.message_id });
    await local.press(await shows(/^queued · codex/), /Steer now/);
    await shows(/codex took this into the run/);
    const final = await shows(/^done · codex/, { after: first.message_id });
    expect(textOf(final)).toContain("You said: and be brief");
  });

  it("explains an error of the model's service", async () => {
    local.say("/codex HTTP(401)");
    expect(textOf(await shows(/^error · codex/))).toContain("codex login");
  });

  it("goes on in a new session, and says so, when the old one is unknown", async () => {
    local.say("Hello\ncodex resume 00000000-1111-4222-8333-444444444444");
    const final = await shows(/^done · codex/);
    expect(textOf(final)).toContain("is gone, so this is a new one");
    expect(RESUME_LINE.exec(textOf(final))?.[0]).not.toContain("00000000-1111");
  });
});
