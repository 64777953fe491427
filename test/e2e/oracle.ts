import { expect } from "vitest";
import { textOf } from "./local-bot.ts";
import type { RealBot } from "./real-bot.ts";

/** Marks a message that is sent again because the first copy may have arrived. */
const REPEATED = "↻ sent again";
const UNFINISHED = /^(starting|queued|working|waiting)/;

/** What the user is left with for one prompt. */
export type Outcome = "answered" | "interrupted";

/**
 * Waits until the bot has done all it has to do, and checks what must hold whenever it was killed: every prompt was started at most
 * once and is answered or reported as interrupted; no part of an answer is there twice without a mark; no message tells of work that
 * is over; no process is left. `parts` are texts that one part each of the answer has. Returns what became of the prompt.
 */
export async function settledOutcome(bot: RealBot, prompt: string, parts: readonly string[]): Promise<Outcome> {
  await bot.until(
    `the end of: ${prompt}`,
    () => finals(bot, parts[0] ?? prompt).length > 0 || isInterrupted(bot, prompt),
  );
  await passFence(bot);
  const outcome = isInterrupted(bot, prompt) ? "interrupted" : "answered";
  const starts = bot.engine.started().filter((started) => started.prompt === prompt).length;
  if (outcome === "answered") {
    expect(starts).toBe(1);
    for (const part of parts) expectOneCopy(bot, part);
  } else {
    expect(starts).toBeLessThanOrEqual(1);
    expect(finals(bot, parts[0] ?? prompt)).toEqual([]);
  }
  await bot.until("no process is left", () => bot.engine.alive().length === 0);
  return outcome;
}

/** No message that tells of work which is over. */
export function unfinished(bot: RealBot): readonly string[] {
  return bot.texts().filter((text) => UNFINISHED.test(text));
}

/** Messages of a chat go out in order: when the answer to a late question is there, nothing older is still to come. */
async function passFence(bot: RealBot): Promise<void> {
  const { message_id: fence } = bot.say("/help");
  const isAnswer = (text: string): boolean => text.startsWith("Send a message and");
  await bot.until("the answer to /help", () =>
    bot.world.botMessages().some((message) => message.message_id > fence && isAnswer(textOf(message))),
  );
  await bot.until("progress messages are brought to their end", () => unfinished(bot).length === 0);
}

function expectOneCopy(bot: RealBot, part: string): void {
  const copies = finals(bot, part);
  expect(copies.length).toBeGreaterThan(0);
  expect(copies.filter((text) => !text.startsWith(REPEATED)).length).toBeLessThanOrEqual(1);
}

function finals(bot: RealBot, part: string): readonly string[] {
  return bot.texts().filter((text) => text.includes(part) && /^(↻ sent again[^\n]*\n\n)?done/.test(text));
}

/** Says so under the prompt, and offers to go on. */
function isInterrupted(bot: RealBot, prompt: string): boolean {
  return bot.world.botMessages().some((message) => {
    const buttons = message.reply_markup?.inline_keyboard.flat().map((button) => button.text) ?? [];
    const isOfPrompt = message.reply_to_message?.text === prompt;
    return isOfPrompt && textOf(message).startsWith("interrupted") && buttons.includes("Resume");
  });
}
