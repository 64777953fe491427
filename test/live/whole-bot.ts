import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { type LocalBot, startLocalBot, textOf } from "../e2e/local-bot.ts";
import { processesWith } from "./run-processes.ts";

/** A real engine in the whole bot. */
export interface EngineInBot {
  /** As it is written in a directive. */
  readonly id: string;
  /** What a resume line of its own looks like. */
  readonly resumeLine: RegExp;
  /** The resume line of a session that is not there. */
  readonly unknownSession: string;
  /** What it calls its tool that writes a file. */
  readonly writeTool: string;
  /** How long its slowest answer may take. Default 30 s: a real program takes seconds to start on a busy machine. */
  readonly patienceMs?: number;
  /** Starts the model it talks to; told for each test. */
  readonly setUp: () => Promise<EngineSetup>;
}

export interface EngineSetup {
  /** The engine's table of `takopi.toml`. */
  readonly table: string;
  readonly env: Readonly<Record<string, string>>;
  readonly model: Model;
  /** Ends the model, and removes what was made. */
  readonly close: () => Promise<void>;
}

interface Model {
  /** What users said to it. */
  readonly texts: readonly string[];
  /** All it was sent. */
  readonly said: () => string;
}

/** The bot of the test that runs. */
export interface EngineBot {
  readonly local: LocalBot;
  readonly model: Model;
  /** Waits for the first message of the bot, after another one, whose text matches. */
  readonly shows: (pattern: RegExp, options?: { readonly after?: number }) => Promise<LocalMessage>;
}

/** Ours, so that the processes of these tests are told from those of others. */
const MARK = `XDG_TAKOPI_LIVE=${process.pid}`;

/** The processes of the engine under test, and what they started. */
export function engineProcesses(): Promise<readonly string[]> {
  return processesWith(MARK);
}

/** Gives each test of this suite a bot, which leaves no process behind. */
export function startsBot({ setUp, patienceMs = 30_000 }: EngineInBot): () => EngineBot {
  let setup: EngineSetup;
  let local: LocalBot;

  beforeEach(async () => {
    setup = await setUp();
    const env = { ...setup.env, XDG_TAKOPI_LIVE: String(process.pid) };
    local = await startLocalBot({ tables: setup.table, env });
  });

  afterEach(async () => {
    await local.close();
    expect(await engineProcesses()).toEqual([]);
    await setup.close();
  });

  return () => ({
    local,
    model: setup.model,
    shows: (pattern, { after = 0 } = {}) => {
      const find = (world: LocalWorld): LocalMessage | undefined =>
        world.botMessages().find((message) => message.message_id > after && pattern.test(textOf(message)));
      return local.world.waitFor(find, { timeoutMs: patienceMs });
    },
  });
}

/** What the bot does in the same way with every engine that has tools, asks, can be steered and lists its sessions. */
export function worksLikeOthers(
  { id, resumeLine, unknownSession, writeTool }: EngineInBot,
  bot: () => EngineBot,
): void {
  const resumes = (message: LocalMessage): string | undefined => resumeLine.exec(textOf(message))?.[0];
  const done = new RegExp(`^done · ${id}`);

  it("answers a first prompt, and continues the session in a reply", async () => {
    const { local, model, shows } = bot();
    local.say(`/${id} Hello`);
    const first = await shows(done);
    expect(textOf(first)).toContain("You said: Hello");
    local.say("And then?", { replyTo: first.message_id });
    const second = await shows(/And then\?/, { after: first.message_id });
    expect(resumes(first)).toBeDefined();
    expect(resumes(second)).toBe(resumes(first));
    expect(model.said()).toContain("You said: Hello");
  });

  it("shows a tool while it works, and its outcome", async () => {
    const { local, shows } = bot();
    local.say(`/${id} BASH(sleep 3; echo done)`);
    const card = await shows(/▸ sleep 3; echo done/);
    expect(textOf(card)).toMatch(new RegExp(`^working · ${id} · \\d+s · step 1`));
    const final = await shows(new RegExp(`^done · ${id} · \\d+s · step 1`));
    expect(textOf(final)).toContain("Tool result: done");
  });

  it("asks before it writes a file, shows the change, and keeps to the answer", async () => {
    const { local, shows } = bot();
    const paths = ["approved.txt", "denied.txt"].map((name) => join(local.dir, name));
    local.say(`/${id} WRITE(${paths[0]}) WRITE(${paths[1]})`);
    await local.press(await shows(new RegExp(`^${id} asks[^]*approved\\.txt[^]*\\+hello`)), /^Approve/);
    await shows(new RegExp(`^✓ Approved · ${writeTool}`));
    await local.press(await shows(new RegExp(`^${id} asks[^]*denied\\.txt`)), /^Deny/);
    await shows(done);
    expect(paths.map((path) => existsSync(path))).toEqual([true, false]);
  });

  it("takes a prompt that waits in its session into the run that works", async () => {
    const { local, model, shows } = bot();
    local.say(`/${id} Hello`);
    const { message_id: first } = await shows(done);
    local.say(`BASH(node -e "setTimeout(process.exit,6000)")`, { replyTo: first });
    await shows(/▸ node/);
    local.say("and be brief", { replyTo: first });
    expect(await local.press(await shows(new RegExp(`^queued · ${id}`)), /Steer now/)).toBe(`Passing it to ${id}…`);
    await shows(new RegExp(`${id} took this into the run`));
    await shows(done, { after: first });
    expect(model.texts.some((text) => text.includes("and be brief"))).toBe(true);
  });

  it("lists its sessions, and continues one of them", async () => {
    const { local, shows } = bot();
    local.say(`/${id} Remember this`);
    const first = await shows(done);
    local.say(`/sessions ${id}`);
    const listed = await shows(new RegExp(`^Sessions of ${id}`));
    expect(textOf(listed)).toContain("Remember this");
    await local.press(listed, /Remember this/);
    const offer = await shows(new RegExp(`of ${id}\\. `), { after: listed.message_id });
    local.say("Go on", { replyTo: offer.message_id });
    expect(resumes(await shows(/You said: Go on/))).toBe(resumes(first));
  });

  it("cancels a run with everything it started, and its session goes on", async () => {
    const { local, shows } = bot();
    local.say(`/${id} BASH(trap '' TERM; tail -f /dev/null)`);
    const card = await shows(/▸ trap/);
    expect(await local.press(card, /Cancel/)).toBe("Cancelling…");
    const cancelled = await shows(new RegExp(`^cancelled · ${id}`));
    const tools = async (): Promise<readonly string[]> =>
      (await engineProcesses()).filter((command) => command.includes("tail -f"));
    await expect.poll(tools, { timeout: 20_000 }).toEqual([]);
    local.say("Go on", { replyTo: cancelled.message_id });
    expect(textOf(await shows(done))).toContain("You said: Go on");
  });

  it("goes on in a new session, and says so, when the old one is unknown", async () => {
    const { local, shows } = bot();
    local.say(`Hello\n${unknownSession}`);
    const final = await shows(done);
    expect(textOf(final)).toContain("is gone, so this is a new one");
    expect(resumes(final)).toBeDefined();
    expect(resumes(final)).not.toBe(unknownSession);
  });
}
