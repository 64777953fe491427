import { describe, expect, it, vi } from "vitest";
import type { FaultInput } from "../../src/local/world/fault-plan.ts";
import { type LocalBot, textOf } from "./local-bot.ts";
import type { LocalEvent } from "../../src/local/world/event-log.ts";
import type { LoggedRequest } from "../../src/local/world/request-log.ts";
import { until } from "./until.ts";
import { type ScriptedBot, withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

const INVALID_URL = "Bad Request: entity URL 'src/x.ts:12' is invalid: Wrong HTTP URL";
const UNKNOWN_ENTITY = "Bad Request: can't parse entities: unsupported entity at byte offset 3";

interface FaultCase {
  readonly name: string;
  readonly fault: FaultInput;
  /** How long after the fault the final may come, in seconds. */
  readonly withinS: number;
}

const passing: readonly FaultCase[] = [
  { name: "is slowed down for 1 s", fault: { kind: "429", retry_after: 1 }, withinS: 6 },
  { name: "is slowed down for 2 s", fault: { kind: "429", retry_after: 2 }, withinS: 7 },
  { name: "is refused for its entities", fault: { kind: "400", description: UNKNOWN_ENTITY }, withinS: 5 },
  { name: "is refused for the URL of a link", fault: { kind: "400", description: INVALID_URL }, withinS: 5 },
  { name: "meets a server error", fault: { kind: "500" }, withinS: 5 },
  { name: "meets a broken gateway", fault: { kind: "502-html" }, withinS: 5 },
  { name: "loses its connection before it arrives", fault: { kind: "cut-before" }, withinS: 5 },
];

describe.concurrent("a final message whose sending", () => {
  for (const { name, fault, withinS } of passing) {
    it(`${name} arrives complete, with no progress message left`, async () => {
      await withBot(async (bot) => {
        const faulted = await endRunWith(bot, fault);
        const final = await shown(bot.local, /done[^]*held x to the end[^]*claude --resume/, withinS * 1000);
        expect(final.at - (faulted.answeredAt ?? 0)).toBeLessThan(withinS * 1000);
        await cardGone(bot.local);
        expect(copies(bot.local).length).toBe(1);
      });
    });
  }

  it("is refused again without its entities arrives as a file with the whole answer", async () => {
    await withBot(async (bot) => {
      await endRunWith(bot, { kind: "400", description: UNKNOWN_ENTITY, times: 2 });
      const { world } = bot.local;
      const file = await world.waitFor(() => world.botMessages().find(({ document }) => document !== undefined));
      const stored = world.state.files.find(file.document?.file_id ?? "");
      expect(new TextDecoder().decode(stored?.bytes)).toContain("held x to the end");
      await cardGone(bot.local);
    });
  });

  it("loses only its acknowledgement is there twice at most, the second time with a mark", async () => {
    await withBot(async (bot) => {
      await endRunWith(bot, { kind: "cut-after" });
      await shown(bot.local, /^↻ sent again[^]*held x to the end/, 10_000);
      await cardGone(bot.local);
      expect(copies(bot.local).map((text) => text.startsWith("↻ sent again"))).toEqual([false, true]);
    });
  });

  it("fails many times in a row arrives once when the server is itself again", async () => {
    await withBot(async (bot) => {
      await endRunWith(bot, { kind: "500", times: 3 });
      await shown(bot.local, /held x to the end/, 12_000);
      await cardGone(bot.local);
      expect(copies(bot.local).length).toBe(1);
    });
  });

  it("is followed by a failing removal of the progress message leaves none", async () => {
    await withBot(async (bot) => {
      bot.local.world.addFault({ method: "deleteMessage", kind: "502-html" });
      bot.local.world.addFault({ method: "deleteMessage", kind: "cut-before" });
      await endRunWith(bot, { kind: "delay", delay_ms: 0 });
      await cardGone(bot.local);
      expect(bot.local.world.faults()).toEqual([]);
      expect(copies(bot.local).length).toBe(1);
    });
  });
});

describe.concurrent("a result that is there", () => {
  it("is delivered although the run is cancelled right then", async () => {
    await withBot(async ({ local, engine }) => {
      local.say("/claude linger x");
      await until("the result", () => engine.hasSign("x.result"));
      local.say("/cancel");
      await shown(local, /^done[^]*answered x/, 5_000);
      await cardGone(local);
    });
  });

  it("before its receipt could be sent makes the receipt superfluous", async () => {
    await withBot(async ({ local }) => {
      local.world.addFault({ method: "sendMessage", kind: "delay", delay_ms: 500 });
      local.say("/help");
      local.say("echo overtakes");
      await shown(local, /^done[^]*overtakes/, 5_000);
      const fence = local.say("/help");
      await local.shows(/^Send a message and/, { after: fence.message_id });
      const receipts = local.world.requests().filter(({ params }) => JSON.stringify(params).includes('"starting '));
      expect(receipts).toEqual([]);
    });
  });

  it("is delivered while the engine's process lingers", async () => {
    await withBot(async ({ local, engine }) => {
      local.say("/claude linger y");
      await until("the result", () => engine.hasSign("y.result"));
      await shown(local, /^done[^]*answered y/, 2_000);
      expect(engine.alive().length).toBe(1);
    });
  });
});

/** Lets a run end so that the fault hits the sending of its final message; resolves to the call it hit. */
async function endRunWith({ local, engine }: ScriptedBot, fault: FaultInput): Promise<LoggedRequest> {
  local.say("/claude hold x");
  await local.shows(/^(starting|working)/);
  await until("the engine works", () => engine.hasSign("x.started"));
  local.world.addFault({ method: "sendMessage", ...fault });
  engine.release("x");
  const faulted = await local.world.waitFor((world) => world.requests().find((call) => call.fault === fault.kind));
  expect(faulted.params["text"]).toMatch(/^done/);
  return faulted;
}

/** Resolves when such a message has come, with its time. */
async function shown(local: LocalBot, pattern: RegExp, timeoutMs: number): Promise<{ readonly at: number }> {
  const isIt = (event: LocalEvent): LocalEvent | undefined =>
    event.type === "message" && pattern.test(textOf(event.message)) ? event : undefined;
  return local.world.waitForEvent(isIt, { after: 0, timeoutMs });
}

async function cardGone(local: LocalBot): Promise<void> {
  const isCard = /^(starting|queued|working)/;
  const isGone = (): boolean => !local.world.botMessages().some((message) => isCard.test(textOf(message)));
  await local.world.waitFor(isGone, { timeoutMs: 10_000 });
}

function copies(local: LocalBot): readonly string[] {
  return local.world
    .botMessages()
    .map(textOf)
    .filter((text) => text.includes("held x to the end"));
}
