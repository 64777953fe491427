import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalBot, startLocalBot, textOf } from "../e2e/local-bot.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { type FakeOpenAi, startFakeOpenAi } from "./fake-openai.mjs";
import { processesWith } from "./run-processes.ts";

const program = process.env["TAKOPI_LIVE_OPENCODE"];
if (program === undefined)
  throw new Error("run `npm run test:live -- opencode`: it installs the CLI and says where it is");

/** Ours, so that the processes of these tests are told from those of others. */
const MARK = `XDG_TAKOPI_LIVE=${process.pid}`;
const RESUME_LINE = /opencode --session ses_[A-Za-z0-9]+/;

let model: FakeOpenAi;
let data: string;
let local: LocalBot;

beforeEach(async () => {
  model = await startFakeOpenAi();
  data = await mkdtemp(join(tmpdir(), "takopi-opencode-data-"));
  local = await startLocalBot({
    tables: `[opencode]\ncommand = ${JSON.stringify(program)}\n`,
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify(configFor(model.url)),
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      XDG_DATA_HOME: data,
      XDG_TAKOPI_LIVE: String(process.pid),
    },
  });
});

afterEach(async () => {
  await local.close();
  expect(await processesWith(MARK)).toEqual([]);
  await model.close();
  await rm(data, { recursive: true, force: true });
});

function configFor(baseURL: string): unknown {
  const models = { "fake-1": { name: "Fake 1" } };
  const fake = { npm: "@ai-sdk/openai-compatible", name: "Fake", options: { baseURL, apiKey: "no-real-key" }, models };
  return {
    model: "fake/fake-1",
    small_model: "fake/fake-1",
    share: "disabled",
    provider: { fake },
    permission: { edit: "ask" },
  };
}

/** The first start in a new home takes some 10 s of the processor, which is minutes on a busy machine. */
const PATIENCE_MS = 150_000;

function shows(pattern: RegExp, { after = 0 } = {}): Promise<LocalMessage> {
  const find = (world: LocalWorld): LocalMessage | undefined =>
    world.botMessages().find((message) => message.message_id > after && pattern.test(textOf(message)));
  return local.world.waitFor(find, { timeoutMs: PATIENCE_MS });
}

describe("OpenCode's own CLI in the whole bot", { timeout: 3 * PATIENCE_MS }, () => {
  it("answers a first prompt, and continues the session in a reply", async () => {
    local.say("/opencode Hello");
    const first = await shows(/^done · opencode/);
    expect(textOf(first)).toContain("You said: Hello");
    local.say("And then?", { replyTo: first.message_id });
    const second = await shows(/And then\?/, { after: first.message_id });
    const line = RESUME_LINE.exec(textOf(first))?.[0];
    expect(line).toBeDefined();
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(line);
    expect(JSON.stringify(model.requests.at(-1))).toContain("You said: Hello");
  });

  it("shows a tool while it works, and its outcome", async () => {
    local.say("/opencode BASH(sleep 3; echo done)");
    const card = await shows(/▸ sleep 3; echo done/);
    expect(textOf(card)).toMatch(/^working · opencode · \d+s · step 1/);
    const final = await shows(/^done · opencode · \d+s · step 1/);
    expect(textOf(final)).toContain("Tool result: done");
  });

  it("asks before it writes a file, shows the change, and keeps to the answer", async () => {
    const paths = ["approved.txt", "denied.txt"].map((name) => join(local.dir, name));
    local.say(`/opencode WRITE(${paths[0]}) WRITE(${paths[1]})`);
    await local.press(await shows(/^opencode asks[^]*approved\.txt[^]*\+hello/), /^Approve/);
    await shows(/^✓ Approved · edit/);
    await local.press(await shows(/^opencode asks[^]*denied\.txt/), /^Deny/);
    await shows(/^done · opencode/);
    expect(await Promise.all(paths.map(exists))).toEqual([true, false]);
  });

  it("shows its plan, and works by it once that is approved", async () => {
    const path = join(local.dir, "planned.txt");
    local.say(`/opencode /plan DRAFT PLAN THEN WRITE(${path})`);
    await local.press(await shows(/^opencode asks[^]*\.md/), /^Approve/);
    await local.press(await shows(/Work by this plan\?/), /accept edits/);
    await shows(/^done · opencode/);
    expect(await exists(path)).toBe(true);
  });

  it("asks the user its question, and gets the answer", async () => {
    local.say("/opencode ASK");
    await local.press(await shows(/^opencode asks[^]*Which colour\?/), /Blue/);
    await shows(/^✓ Answered/);
    expect(textOf(await shows(/^done · opencode/))).toContain(`"Which colour?"="Blue"`);
  });

  it("takes a prompt that waits in its session into the run that works", async () => {
    local.say("/opencode Hello");
    const first = await shows(/^done · opencode/);
    local.say(`BASH(node -e "setTimeout(process.exit,6000)")`, { replyTo: first.message_id });
    await shows(/▸ node/);
    local.say("and be brief", { replyTo: first.message_id });
    expect(await local.press(await shows(/^queued · opencode/), /Steer now/)).toBe("Passing it to opencode…");
    await shows(/opencode took this into the run/);
    await shows(/^done · opencode/, { after: first.message_id });
    expect(model.texts.filter((text) => text.includes("and be brief")).length).toBeGreaterThan(0);
  });

  it("lists its sessions, and continues one of them", async () => {
    local.say("/opencode Remember this");
    const first = await shows(/^done · opencode/);
    local.say("/sessions opencode");
    const listed = await shows(/^Sessions of opencode/);
    expect(textOf(listed)).toContain("Remember this");
    await local.press(listed, /Remember this/);
    const offer = await shows(/of opencode\. /, { after: listed.message_id });
    local.say("Go on", { replyTo: offer.message_id });
    const second = await shows(/You said: Go on/);
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(RESUME_LINE.exec(textOf(first))?.[0]);
  });

  it("cancels a run with everything it started, and its session goes on", async () => {
    local.say("/opencode BASH(trap '' TERM; tail -f /dev/null)");
    const card = await shows(/▸ trap/);
    expect(await local.press(card, /Cancel/)).toBe("Cancelling…");
    const cancelled = await shows(/^cancelled · opencode/);
    local.say("Go on", { replyTo: cancelled.message_id });
    expect(textOf(await shows(/^done · opencode/))).toContain("You said: Go on");
    await local.stopBot();
    expect(await processesWith(MARK)).toEqual([]);
  });

  it("explains an error of the model's service", async () => {
    local.say("/opencode HTTP(401)");
    expect(textOf(await shows(/^error · opencode/))).toContain("made to fail (API error 401)");
  });

  it("goes on in a new session, and says so, when the old one is unknown", async () => {
    local.say("Hello\nopencode --session ses_e042acccbffeDXDly7DwjNsnes");
    const final = await shows(/^done · opencode/);
    expect(textOf(final)).toContain("is gone, so this is a new one");
    expect(RESUME_LINE.exec(textOf(final))?.[0]).not.toContain("ses_e042acccbffe");
  });
});

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
