import { setTimeout as sleep } from "node:timers/promises";
import { withBot } from "../bot.mjs";
import { latencyRow } from "../table.mjs";
import { Traffic, totalRows } from "../traffic.mjs";

/** Some more than 50, because a chat is idle for a moment between two runs. */
const USERS = 52;
const RAMP_MS = 150;
const PRESS_EVERY_MS = 400;

/** How long the user waits while 50 chats have a run that reports something several times a second. */
export async function measure({ quick, profileDir }) {
  return withBot({ users: USERS, profileDir }, async ({ telegram, bot }) => {
    const traffic = new Traffic(telegram);
    const chats = telegram.extras.map(({ id }) => ({ chat: id, from: id }));
    const stopping = new AbortController();
    const loops = [];
    for (const [index, chat] of chats.entries()) {
      loops.push(keepBusy(traffic, { chat, index, signal: stopping.signal }));
      await sleep(RAMP_MS);
    }
    const steadyFrom = Date.now();
    const presses = await pressUntil(traffic, steadyFrom + (quick ? 15_000 : 60_000));
    const steadyTo = Date.now();
    stopping.abort();
    const rss = bot.rssMb();
    const running = traffic.prompts.filter((prompt) => !prompt.isOver);
    for (const prompt of running) {
      presses.push(await traffic.cancel(prompt));
      await sleep(RAMP_MS);
    }
    await Promise.all(loops);
    await traffic.settle(30_000);
    const within = (at) => at >= steadyFrom && at < steadyTo;
    const received = traffic.prompts.filter((prompt) => within(prompt.sentAt));
    const finished = traffic.prompts.filter((prompt) => within(prompt.resultAt));
    return [
      latencyRow(
        "receipt, 50 busy chats, p95",
        100,
        received.map((prompt) => prompt.receiptMs),
      ),
      latencyRow(
        "result → final, 50 busy chats, p95",
        50,
        finished.map((prompt) => prompt.finalMs),
      ),
      { ...latencyRow("callback answer, 50 busy chats, p95", 50, presses), rss },
      ...totalRows(traffic, "50 busy chats"),
    ];
  });
}

/** The first runs are of different lengths, so that their ends are spread evenly. */
async function keepBusy(traffic, { chat, index, signal }) {
  let ms = 4000 + index * 350;
  while (!signal.aborted) {
    const prompt = traffic.prompt(chat, `work ${ms}`);
    await prompt.over;
    await sleep(500);
    ms = 15_000 + ((index * 1009) % 5000);
  }
}

/** Buttons of runs that have ended, so that the load stays the same. */
async function pressUntil(traffic, end) {
  const presses = [];
  while (Date.now() < end) {
    await sleep(PRESS_EVERY_MS);
    const ended = traffic.prompts.findLast((prompt) => prompt.isOver);
    if (ended !== undefined) presses.push(await traffic.press(ended));
  }
  return presses;
}
