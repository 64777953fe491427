import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalBot, startLocalBot, textOf } from "../e2e/local-bot.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { type FakeOpenAi, startFakeOpenAi } from "./fake-openai.mjs";
import { installPi1 } from "./pi-1.ts";
import { processesWith } from "./run-processes.ts";

const program = process.env["TAKOPI_LIVE_PI"];
if (program === undefined) throw new Error("run `npm run test:live -- pi`: it installs the CLI and says where it is");

/** Ours, so that the processes of these tests are told from those of others. */
const MARK = `XDG_TAKOPI_LIVE=${process.pid}`;
const RESUME_LINE = /pi --session [0-9a-f-]{36}/;

const generations = [
  { name: "0.73.1", command: ["node", program] },
  { name: "1.5.2", command: await installPi1() },
];

describe.each(generations)("Pi's own CLI, $name, in the whole bot", ({ command }) => {
  let model: FakeOpenAi;
  let folder: string;
  let local: LocalBot;

  beforeEach(async () => {
    model = await startFakeOpenAi();
    folder = await mkdtemp(join(tmpdir(), "takopi-pi-agent-"));
    await writeModels(folder, model.url);
    local = await startLocalBot({
      tables: `[pi]\ncommand = ${JSON.stringify(command)}\nprovider = "fake"\nmodel = "fake-1"\nask_before = ["write"]\n`,
      env: {
        PI_CODING_AGENT_DIR: folder,
        PI_OFFLINE: "1",
        PI_TELEMETRY: "0",
        XDG_TAKOPI_LIVE: String(process.pid),
      },
    });
  });

  afterEach(async () => {
    await local.close();
    expect(await processesWith(MARK)).toEqual([]);
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The real program takes seconds to start on a busy machine. */
  function shows(pattern: RegExp, { after = 0 } = {}): Promise<LocalMessage> {
    const find = (world: LocalWorld): LocalMessage | undefined =>
      world.botMessages().find((message) => message.message_id > after && pattern.test(textOf(message)));
    return local.world.waitFor(find, { timeoutMs: 30_000 });
  }

  it("answers a first prompt, and continues the session in a reply", async () => {
    local.say("/pi Hello");
    const first = await shows(/^done · pi/);
    expect(textOf(first)).toContain("You said: Hello");
    local.say("And then?", { replyTo: first.message_id });
    const second = await shows(/And then\?/, { after: first.message_id });
    const line = RESUME_LINE.exec(textOf(first))?.[0];
    expect(line).toBeDefined();
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(line);
    expect(JSON.stringify(model.requests.at(-1))).toContain("You said: Hello");
  });

  it("shows a tool while it works, and its outcome", async () => {
    local.say("/pi BASH(sleep 3; echo done)");
    const card = await shows(/▸ sleep 3; echo done/);
    expect(textOf(card)).toMatch(/^working · pi · \d+s · step 1/);
    const final = await shows(/^done · pi · \d+s · step 1/);
    expect(textOf(final)).toContain("Tool result: done");
  });

  it("asks before it writes a file, shows the change, and keeps to the answer", async () => {
    const paths = ["approved.txt", "denied.txt"].map((name) => join(local.dir, name));
    local.say(`/pi WRITE(${paths[0]}) WRITE(${paths[1]})`);
    await local.press(await shows(/^pi asks[^]*approved\.txt[^]*\+hello/), /^Approve/);
    await shows(/^✓ Approved · write/);
    await local.press(await shows(/^pi asks[^]*denied\.txt/), /^Deny/);
    await shows(/^done · pi/);
    expect(await Promise.all(paths.map(exists))).toEqual([true, false]);
  });

  it("takes a prompt that waits in its session into the run that works", async () => {
    local.say("/pi Hello");
    const first = await shows(/^done · pi/);
    local.say(`BASH(node -e "setTimeout(process.exit,6000)")`, { replyTo: first.message_id });
    await shows(/▸ node/);
    local.say("and be brief", { replyTo: first.message_id });
    expect(await local.press(await shows(/^queued · pi/), /Steer now/)).toBe("Passing it to pi…");
    await shows(/pi took this into the run/);
    await shows(/^done · pi/, { after: first.message_id });
    expect(model.texts.filter((text) => text.includes("and be brief")).length).toBeGreaterThan(0);
  });

  it("lists its sessions, and continues one of them", async () => {
    local.say("/pi Remember this");
    const first = await shows(/^done · pi/);
    local.say("/sessions pi");
    const listed = await shows(/^Sessions of pi/);
    expect(textOf(listed)).toContain("Remember this");
    await local.press(listed, /Remember this/);
    const offer = await shows(/of pi\. /, { after: listed.message_id });
    local.say("Go on", { replyTo: offer.message_id });
    const second = await shows(/You said: Go on/);
    expect(RESUME_LINE.exec(textOf(second))?.[0]).toBe(RESUME_LINE.exec(textOf(first))?.[0]);
  });

  it("cancels a run with everything it started, and its session goes on", async () => {
    local.say("/pi BASH(trap '' TERM; tail -f /dev/null)");
    const card = await shows(/▸ trap/);
    expect(await local.press(card, /Cancel/)).toBe("Cancelling…");
    const cancelled = await shows(/^cancelled · pi/);
    local.say("Go on", { replyTo: cancelled.message_id });
    expect(textOf(await shows(/^done · pi/))).toContain("You said: Go on");
    await local.stopBot();
    expect(await processesWith(MARK)).toEqual([]);
  });

  it("explains an error of the model's service", async () => {
    local.say("/pi HTTP(401)");
    expect(textOf(await shows(/^error · pi/))).toMatch(/401.*made to fail/);
  });

  it("goes on in a new session, and says so, when the old one is unknown", async () => {
    local.say("Hello\npi --session 00000000-1111-4222-8333-444444444444");
    const final = await shows(/^done · pi/);
    expect(textOf(final)).toContain("is gone, so this is a new one");
    expect(RESUME_LINE.exec(textOf(final))?.[0]).not.toContain("00000000-1111");
  });
});

async function writeModels(folder: string, baseUrl: string): Promise<void> {
  const about = { reasoning: true, input: ["text"], contextWindow: 200_000, maxTokens: 4_096 };
  const models = [{ id: "fake-1", name: "fake-1", ...about }];
  const providers = { fake: { baseUrl, api: "openai-completions", apiKey: "no-real-key", models } };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "models.json"), JSON.stringify({ providers }));
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
