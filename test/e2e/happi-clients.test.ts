// Who drives the runtime: a plain shell pipe, a Python script, and Takopi itself.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, vi } from "vitest";
import { z } from "zod";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { it, mainPath, type HappiHome } from "./happi-runtime.ts";
import { startLocalBot, textOf, type LocalBot } from "./local-bot.ts";

// Many starts of the program, on machines with few cores.
vi.setConfig({ testTimeout: 90_000 });

beforeAll(() => void mainPath(), 120_000);

const client = resolve(import.meta.dirname, "../../fixtures/happi-clients/client.py");
const hasPython = spawnSync("python3", ["--version"]).status === 0;
/** Where nobody looks at what was left out, nothing is. */
const mustRun = process.env["CI"] !== undefined;

describe("a shell pipe", () => {
  it("gets an engine's answer with nothing but standard tools", async ({ home }) => {
    const runtime = home.shell(`
      echo '{"v":"happi/1.0","id":"1","cmd":"claude.run","args":["hello from sh"]}' | <your-runtime> \\
        | sed -n 's/.*"type":"delta".*"text":"\\([^"]*\\)".*/\\1/p'`);
    expect(await runtime.exited).toEqual({ code: 0, signal: null });
    expect(runtime.stdout).toContain("hello from sh");
  });

  it("continues a session with the line of the one before", async ({ home }) => {
    const first = home.shell(`
      echo '{"v":"happi/1.0","id":"1","cmd":"claude.run","args":["hello"]}' | <your-runtime> \\
        | sed -n 's/.*"resume":"\\([^"]*\\)".*/\\1/p'`);
    await first.exited;
    const line = first.stdout.trim();
    expect(line).toMatch(/^claude --resume [0-9a-f-]{36}$/u);
    const second = home.start();
    second.send({ v: "happi/1.0", id: "2", cmd: "claude.run", args: ["again"], flags: { resume: line } });
    await second.end();
    const [one, two] = home.engine.started();
    expect(two?.session).toBe(one?.session);
    expect(two?.prompt).toBe("again");
  });
});

const answersSchema = z.array(
  z.object({
    text: z.string(),
    tools: z.array(z.string()),
    type: z.string(),
    code: z.string().optional(),
    usage: z.looseObject({ input_tokens: z.number(), output_tokens: z.number() }).optional(),
    resume: z.string().optional(),
  }),
);

describe("a Python script", () => {
  it.skipIf(!hasPython && !mustRun)("asks one thing after the other on one process", async ({ home }) => {
    const requests = [
      ["echo", ["hello"], {}],
      ["version", [], {}],
      ["mock.run", ["fix the greeting"], {}],
      ["no.such.cmd", [], {}],
      ["claude.run", ["what is here?"], { cwd: home.dir }],
      ["mock.run", ["ask"], { approvals: "allow" }],
      ["mock.run", ["ask"], {}],
      ["echo", ["é".repeat(40_000)], {}],
    ];
    const script = home.start(["python3", client, JSON.stringify(requests), ...home.command]);
    expect(await script.exited).toEqual({ code: 0, signal: null });
    const answers = answersSchema.parse(
      script.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
    const texts = answers.map(({ text }) => text);
    expect(texts.slice(0, 2)).toEqual(["hello", "happi/1.2"]);
    expect(answers[2]?.tools).toEqual(["Read", "Grep", "Glob", "edit", "bash", "edit", "bash"]);
    expect(answers[2]?.text).toMatch(/^The greeting now handles an \*\*empty name\*\*/u);
    expect(answers[3]).toMatchObject({ type: "error", code: "unknown_cmd" });
    expect(texts.slice(4, 7)).toEqual([
      "what is here?",
      "You approved (once).",
      expect.stringMatching(/^You denied: Bash is not allowed here/u),
    ]);
    expect(home.engine.started()).toMatchObject([{ prompt: "what is here?" }]);
    expect(texts[7]?.length).toBe(40_000);
  });
});

describe("the script of the page", () => {
  it.skipIf(!hasPython && !mustRun)("works when it is pasted", async ({ home }) => {
    const script = scriptOnPage()
      .replace(`["takopi", "happi"]`, JSON.stringify(home.command))
      .replaceAll("/home/me/app", home.dir);
    const pasted = home.start(["python3", "-c", `${script}\nprint(answer)\nprint(session)\n`]);
    expect(await pasted.exited).toEqual({ code: 0, signal: null });
    expect(pasted.stdout).toMatch(/^Make the slowest one faster\.\nclaude --resume [0-9a-f-]{36}\n$/u);
    const [one, two] = home.engine.started();
    expect(one?.prompt).toBe("Which tests are slow?");
    expect(two?.session).toBe(one?.session);
  });
});

function scriptOnPage(): string {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/engines/takopi-happi.md"), "utf8");
  return /```python\n([^]*?)```/u.exec(page)?.[1] ?? "";
}

/** A bot whose engines `outer-mock` and `outer-claude` are this program as a HAPPI runtime. */
async function withOuterBot(home: HappiHome, use: (bot: LocalBot) => Promise<void>): Promise<void> {
  const tables = ["mock", "claude"].map((engine) => [
    `[engines.outer-${engine}]`,
    `kind = "happi"`,
    `cmd = "${engine}.run"`,
    `command = ${JSON.stringify(home.command)}`,
  ]);
  const bot = await startLocalBot({ tables: tables.flat().join("\n") });
  try {
    await bot.shows(/takopi is ready/u);
    await use(bot);
  } finally {
    await bot.close();
  }
}

/** A program that starts another one takes its time where many do. */
function shows(bot: LocalBot, pattern: RegExp, after = 0): Promise<LocalMessage> {
  const find = (): LocalMessage | undefined =>
    bot.world.botMessages().find((seen) => seen.message_id > after && pattern.test(textOf(seen)));
  return bot.world.waitFor(find, { timeoutMs: 40_000 });
}

describe("Takopi inside Takopi", () => {
  it("answers, shows its steps, and says how the session goes on", async ({ home }) => {
    await withOuterBot(home, async (bot) => {
      bot.say("/outer-mock fix the greeting");
      const final = await shows(bot, /^done · outer-mock · .*step 8/u);
      expect(textOf(final)).toContain("The greeting now handles an empty name");
      expect(textOf(final)).toMatch(/takopi happi resume outer-mock-[0-9a-f-]{36}$/u);
    });
  });

  it("knows in the second turn what was said in the first", async ({ home }) => {
    await withOuterBot(home, async (bot) => {
      bot.say("/outer-claude hello");
      const first = await shows(bot, /^done · outer-claude[^]*\nhello\n/u);
      bot.say("and again", { replyTo: first.message_id });
      await shows(bot, /^done · outer-claude/u, first.message_id);
      expect(home.engine.started().map(({ prompt }) => prompt)).toEqual([
        "hello",
        "What was said before:\n\nUser:\nhello\n\nAssistant:\nhello\n\nNow answer this:\n\nand again",
      ]);
    });
  });

  it("tells what went wrong inside", async ({ home }) => {
    await withOuterBot(home, async (bot) => {
      bot.say("/outer-mock fail");
      const final = await shows(bot, /^error · outer-mock/u);
      expect(textOf(final)).toContain("runtime_error: mock was told to fail");
      expect(textOf(final)).toContain("I came as far as the tests.");
    });
  });

  it("leaves nothing of either when it is cancelled", async ({ home }) => {
    await withOuterBot(home, async (bot) => {
      bot.say("/outer-claude family x");
      const card = await shows(bot, /^working · outer-claude/u);
      await home.start(["true"]).until("the family is up", () => home.engine.hasSign("x.started"));
      await bot.press(card, /cancel/iu);
      await shows(bot, /^cancelled/u);
      await home.start(["true"]).until("all are gone", () => home.engine.alive().length === 0);
    });
  });

  it("that would be its own engine ends with an error", async ({ home }) => {
    const command = JSON.stringify(home.command);
    home.configure(`[engines.loop]\nkind = "happi"\ncmd = "loop.run"\ncommand = ${command}\n`);
    const runtime = home.start();
    runtime.send({ v: "happi/1.0", id: "a", cmd: "loop.run", args: ["x"] });
    await runtime.end();
    expect(runtime.events).toMatchObject([{ type: "started" }, { type: "error", code: "runtime_error" }]);
    expect(runtime.stdout).toContain("loop would be the 5th runtime inside another");
  });
});
