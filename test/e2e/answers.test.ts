import { describe, expect, it, vi } from "vitest";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { type LocalBot, textOf } from "./local-bot.ts";
import { until } from "./until.ts";
import { withBot } from "./with-bot.ts";

// They wait for most of their time.
vi.setConfig({ maxConcurrency: 15 });

const REPEATED = "↻ sent again";

describe.concurrent("an answer", () => {
  it.for([2, 4_095, 4_097, 12_000])("of %i characters is shown whole, each part once", async (size) => {
    await withBot(async ({ local }) => {
      const parts = await answerTo(local, `/claude size ${size}`);
      expect(parts.flatMap((part) => numbersIn(textOf(part)))).toEqual(numbersOf(size));
      expect(parts.filter((part) => textOf(part).includes("claude --resume")).length).toBe(1);
      expect(textOf(parts.at(-1) ?? parts[0] ?? never())).toContain("claude --resume");
      expect(Math.max(...parts.map((part) => textOf(part).length))).toBeLessThanOrEqual(4096);
    });
  });

  it("of 40000 characters is shown in its beginning and comes whole as a file", async () => {
    await withBot(async ({ local }) => {
      const [first, file] = await answerTo(local, "/claude size 40000");
      const shown = numbersIn(textOf(first ?? never()));
      expect(shown).toEqual(numbersOf(40_000).slice(0, shown.length));
      expect(shown.length).toBeGreaterThan(100);
      const stored = local.world.state.files.find(file?.document?.file_id ?? "");
      const text = new TextDecoder().decode(stored?.bytes);
      expect(text).toHaveLength(40_000);
      expect(numbersIn(text)).toEqual(numbersOf(40_000));
    });
  });

  it("in three parts, each with its acknowledgement lost, has every part once without a mark and once with one", async () => {
    await withBot(async ({ local, engine }) => {
      const { message_id: id } = local.say("/claude hold x 11000");
      await local.shows(/^(starting|working)/);
      await until("the engine works", () => engine.hasSign("x.started"));
      for (let part = 0; part < 3; part += 1) {
        local.world.addFault({ method: "sendMessage", kind: "cut-after" });
        local.world.addFault({ method: "sendMessage", kind: "delay", delay_ms: 0 });
      }
      engine.release("x");
      const messages = (await answerAfter(local, id)).map(textOf);
      const firsts = messages.filter((text) => !text.startsWith(REPEATED));
      const seconds = messages.filter((text) => text.startsWith(REPEATED));
      expect(firsts.flatMap(numbersIn)).toEqual(numbersOf(11_000));
      expect(seconds.flatMap(numbersIn)).toEqual(numbersOf(11_000));
    });
  });

  it("is whole beside events, blocks and fields that nobody knows", async () => {
    await withBot(async ({ local }) => {
      const messages = await answerTo(local, "/claude strange but true");
      expect(messages.map(textOf).join("\n")).toContain("but true");
    });
  });

  it("of no characters says that the run ended without a text", async () => {
    await withBot(async ({ local }) => {
      local.say("empty");
      expect(textOf(await local.shows(/^done · mock/))).toContain("ended without a text");
    });
  });
});

/** The messages of the answer, when it is complete and the progress message is gone. */
async function answerTo(local: LocalBot, prompt: string): Promise<readonly LocalMessage[]> {
  return answerAfter(local, local.say(prompt).message_id);
}

async function answerAfter(local: LocalBot, id: number): Promise<readonly LocalMessage[]> {
  const after = (world: LocalBot["world"]): readonly LocalMessage[] =>
    world.botMessages().filter((message) => message.message_id > id);
  return local.world.waitFor(
    (world) => {
      const messages = after(world);
      const isComplete = messages.some((message) => /claude --resume/.test(textOf(message)) && isFinal(message));
      const hasFile = messages.every((message) => !textOf(message).includes("whole answer is in the file"));
      const isWhole = hasFile || messages.some((message) => message.document);
      return isComplete && isWhole && messages.every((message) => isFinal(message) || message.document) && messages;
    },
    { timeoutMs: 18_000 },
  );
}

function isFinal(message: LocalMessage): boolean {
  return /^(↻ sent again[^\n]*\n\n)?done/.test(textOf(message));
}

function numbersIn(text: string): readonly number[] {
  return [...text.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number));
}

/** The numbers in an answer of the scripted engine with this many characters. */
function numbersOf(size: number): readonly number[] {
  let text = "";
  for (let number = 0; text.length < size; number += 1) text += `[${number}] `;
  return numbersIn(`${text.slice(0, size - 1)}.`);
}

function never(): never {
  throw new Error("there is no such message");
}
