import { expect } from "vitest";
import type { RealBot } from "./real-bot.ts";

/** Longer than a killed bot needs to be gone, so that the call has its effect afterwards. */
export const ON_ITS_WAY: { readonly kind: "delay"; readonly delay_ms: number } = { kind: "delay", delay_ms: 300 };

/** The prompt had just been confirmed. */
export async function restartOnceConfirmed(bot: RealBot, prompt: string): Promise<void> {
  const before = bot.lastCall;
  bot.say(prompt);
  await bot.called("getUpdates", before);
  await bot.restart();
}

/** The receipt of `hold NAME` was on its way. Its engine goes on meanwhile. */
export async function restartWhileReceiptIsSent(bot: RealBot, name: string): Promise<void> {
  bot.world.addFault({ method: "sendMessage", kind: "delay", delay_ms: 200 });
  const before = bot.lastCall;
  bot.say(`hold ${name}`);
  await bot.called("sendMessage", before);
  await bot.kill();
  // Nobody knows the id of this message: the bot died before it was told.
  const orphan = await bot.shows(/^starting/);
  bot.world.delete({ message: orphan.message_id });
  bot.engine.release(name);
  await bot.start();
}

/** The receipt of `hold NAME` was visible. Its engine goes on afterwards. */
export async function restartWithReceipt(bot: RealBot, name: string): Promise<void> {
  bot.say(`hold ${name}`);
  await bot.shows(/^starting/);
  await bot.restart();
  bot.engine.release(name);
}

/** The engine answers `hold NAME`, and a call of this method is on its way. Not started again. */
export async function killDuring(bot: RealBot, name: string, method: string): Promise<void> {
  const before = bot.lastCall;
  bot.engine.release(name);
  await bot.called(method, before);
  await bot.kill();
}

/** `family NAME` was being cancelled, and all its processes were still there. */
export async function restartWhileCancelling(bot: RealBot, name: string): Promise<void> {
  const card = await bot.works(`family ${name}`);
  const before = bot.lastCall;
  bot.press(card);
  await bot.called("answerCallbackQuery", before);
  expect(bot.engine.alive()).toHaveLength(3);
  await bot.restart();
}
