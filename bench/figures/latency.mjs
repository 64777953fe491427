import { setTimeout as sleep } from "node:timers/promises";
import { withBot } from "../bot.mjs";
import { latencyRow } from "../table.mjs";
import { Traffic, totalRows } from "../traffic.mjs";

const USERS = 10;
/** Pressed when the engine works, not while it is being started. */
const PRESS_AFTER_MS = 400;

/** How long the user waits when theirs is the only run. */
export async function measure({ quick, profileDir }) {
  return withBot({ users: USERS, profileDir }, async ({ telegram }) => {
    const traffic = new Traffic(telegram);
    const chats = telegram.extras.map(({ id }) => ({ chat: id, from: id }));
    const runs = [];
    for (let run = 0; run < (quick ? 10 : 30); run += 1) {
      // Long enough for edits to be under way, each of another length so that results and edits don't march in step.
      const prompt = traffic.prompt(chats[run % USERS], `work ${1600 + ((run * 137) % 900)}`);
      await prompt.over;
      runs.push(prompt);
    }
    const presses = [];
    for (let run = 0; run < (quick ? 10 : 30); run += 1) presses.push(await pressOnce(traffic, chats[run % USERS]));
    await traffic.settle(10_000);
    return [
      latencyRow(
        "receipt, p95",
        100,
        traffic.prompts.map((prompt) => prompt.receiptMs),
      ),
      latencyRow(
        "result → final, 1 busy chat, p95",
        50,
        runs.map((prompt) => prompt.finalMs),
      ),
      latencyRow("callback answer, 1 busy chat, p95", 50, presses),
      ...totalRows(traffic, "1 busy chat"),
    ];
  });
}

async function pressOnce(traffic, chat) {
  const prompt = traffic.prompt(chat, "hang 0");
  await prompt.receipt;
  await sleep(PRESS_AFTER_MS);
  const ms = await traffic.cancel(prompt);
  await prompt.over;
  return ms;
}
