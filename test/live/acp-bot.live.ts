import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalBot, startLocalBot, textOf } from "../e2e/local-bot.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { liveAgents, type FakeModel } from "./acp-agents.ts";
import { processesWith } from "./run-processes.ts";

const missing = liveAgents.filter(({ variable }) => process.env[variable] === undefined);
if (missing.length > 0)
  throw new Error("run `npm run test:live -- acp`: it installs the agents and says where they are");

/** Ours, so that the processes of these tests are told from those of others. */
const MARK = `XDG_TAKOPI_LIVE=acp-${process.pid}`;

describe.each(liveAgents)("$id in the whole bot", ({ id, variable, args, mode, startModel, prepare, otherwise }) => {
  let model: FakeModel;
  let home: string;
  let local: LocalBot;

  beforeEach(async () => {
    model = await startModel();
    home = await mkdtemp(join(tmpdir(), "takopi-acp-home-"));
    const env = { ...(await prepare(home, model.url)), XDG_TAKOPI_LIVE: `acp-${process.pid}` };
    const keys = [
      `kind = "acp"`,
      `command = ${JSON.stringify([process.execPath, process.env[variable], ...args])}`,
      ...(mode === undefined ? [] : [`mode = "${mode}"`]),
      `[engines.${id}.env]`,
      ...Object.entries(env).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
    ];
    local = await startLocalBot({ tables: [`[engines.${id}]`, ...keys, ""].join("\n"), env: { HOME: home } });
  });

  afterEach(async () => {
    await local.close();
    expect(await processesWith(MARK)).toEqual([]);
    await model.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The real program takes seconds to start on a busy machine. */
  function shows(pattern: RegExp, { after = 0 } = {}): Promise<LocalMessage> {
    const find = (world: LocalWorld): LocalMessage | undefined =>
      world.botMessages().find((message) => message.message_id > after && pattern.test(textOf(message)));
    return local.world.waitFor(find, { timeoutMs: 45_000 });
  }

  const header = (label: string): RegExp => new RegExp(`^${label} · ${id}`, "u");
  const resumeLine = (message: LocalMessage): string | undefined =>
    textOf(message)
      .split("\n")
      .find((line) => /^\S+ --(?:resume|session)[ =]\S+$/u.test(line));

  it("answers a first prompt, and continues the session in a reply", async () => {
    local.say(`/${id.replaceAll("-", "_")} Hello`);
    const first = await shows(header("(?:done|error)"));
    expect(textOf(first)).toMatch(header("done"));
    expect(textOf(first)).toContain("Hello");
    expect(resumeLine(first)).toBeDefined();
    local.say("And then?", { replyTo: first.message_id });
    const second = await shows(header("(?:done|error)"), { after: first.message_id });
    const isLost = otherwise.resumesSometimes === true && textOf(second).includes("is gone, so this is a new one");
    expect(textOf(second)).toMatch(header("done"));
    expect(textOf(second)).toContain("And then?");
    if (!isLost) expect(resumeLine(second)).toBe(resumeLine(first));
    console.log(`${id}: continued in a reply:`, isLost ? "no, in a new session" : "yes");
  });

  it("goes on with a run while the bot is restarted, and answers", async () => {
    local.say(`/${id.replaceAll("-", "_")} SLOW(6) story`);
    const card = await shows(header("(?:starting|working)"));
    while (!model.texts.some((text) => text.includes("SLOW(6)"))) await delay(20);
    await local.stopBot({ keepRuns: true });
    await local.startBot();
    expect((await shows(/Takopi was restarted meanwhile/u)).message_id).toBe(card.message_id);
    const final = await shows(header("(?:done|error)"));
    expect(textOf(final)).toMatch(header("done"));
    // Claude's adapter also asks for a title.
    const asked = model.texts.filter((text) => text.includes("SLOW(6)") && !text.includes("<session>"));
    expect(asked).toHaveLength(1);
    local.say("And then?", { replyTo: final.message_id });
    await shows(/And then\?/u, { after: final.message_id });
    expect(local.world.botMessages().filter((message) => header("done").test(textOf(message)))).toHaveLength(2);
  });

  it("cancels a run with everything it started", async () => {
    local.say(`/${id.replaceAll("-", "_")} SLOW(30) story`);
    const card = await shows(header("(?:starting|working)"));
    while (!model.texts.some((text) => text.includes("SLOW(30)"))) await delay(20);
    const begun = performance.now();
    expect(await local.press(card, /Cancel/u)).toBe("Cancelling…");
    await shows(header("cancelled"));
    console.log(`${id}: cancelled after ms`, Math.round(performance.now() - begun));
    await local.stopBot();
    expect(await processesWith(MARK)).toEqual([]);
  });
});
