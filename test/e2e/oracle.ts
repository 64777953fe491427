import { expect } from "vitest";
import { textOf } from "./local-bot.ts";
import type { RealBot } from "./real-bot.ts";

/** Marks a message that is sent again because the first copy may have arrived. */
const REPEATED = "↻ sent again";
const ANSWER = /^(↻ sent again[^\n]*\n\n)?done/;
const UNFINISHED = /^(starting|queued|working|waiting)/;

/** What the user is left with for one prompt. */
export type Outcome = "answered" | "interrupted";

/**
 * Waits until the bot has done all it has to do, and checks what must hold whenever it was killed: no message tells of work that is
 * over, no process is left.
 */
export async function settle(bot: RealBot, prompts: readonly string[]): Promise<void> {
  for (const prompt of prompts) {
    await bot.until(`an end of: ${prompt}`, () => isInterrupted(bot, prompt) || answers(bot, prompt).length > 0);
  }
  await passFence(bot);
  await bot.until("no process is left", () => bot.engine.alive().length === 0 && bot.engine.carried().length === 0);
}

/**
 * What became of a prompt, once settled. It was started at most once, and is either answered or reported as interrupted; no part of
 * the answer is there twice without a mark. `parts` are texts of which each part of the answer has one.
 */
export function outcomeOf(bot: RealBot, prompt: string, parts: readonly string[]): Outcome {
  const starts = bot.engine.started().filter((started) => started.prompt === prompt).length;
  expect(starts).toBeLessThanOrEqual(1);
  if (isInterrupted(bot, prompt)) {
    expect(answers(bot, prompt)).toEqual([]);
    return "interrupted";
  }
  expect(starts).toBe(1);
  for (const part of parts) expectOneCopy(bot, prompt, part);
  return "answered";
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

function expectOneCopy(bot: RealBot, prompt: string, part: string): void {
  const copies = answers(bot, prompt).filter((text) => text.includes(part));
  expect(copies.length).toBeGreaterThan(0);
  expect(copies.filter((text) => !text.startsWith(REPEATED)).length).toBeLessThanOrEqual(1);
}

/** The messages that answer a prompt, marked copies included. */
function answers(bot: RealBot, prompt: string): readonly string[] {
  return bot.world
    .botMessages()
    .filter((message) => message.reply_to_message?.text === prompt && ANSWER.test(textOf(message)))
    .map(textOf);
}

/** Says so under the prompt, and offers to go on. */
function isInterrupted(bot: RealBot, prompt: string): boolean {
  return bot.world.botMessages().some((message) => {
    const buttons = message.reply_markup?.inline_keyboard.flat().map((button) => button.text) ?? [];
    const isOfPrompt = message.reply_to_message?.text === prompt;
    return isOfPrompt && textOf(message).startsWith("interrupted") && buttons.includes("Resume");
  });
}
