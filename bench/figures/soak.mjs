import { setTimeout as sleep } from "node:timers/promises";
import { GROUP } from "../../dist/src/local/world/seed.js";
import { withBot } from "../bot.mjs";
import { Traffic, totalRows } from "../traffic.mjs";

const USERS = 20;
/** A group that was written to faster than 20 calls a minute allow needs a while to catch up. */
const CATCH_UP_MS = 150_000;

/** Mixed load as dense as the published limits allow, and denser: Telegram never has to refuse a call. */
export async function measure({ soakSeconds, profileDir }) {
  return withBot({ users: USERS, profileDir }, async ({ telegram }) => {
    const traffic = new Traffic(telegram);
    const end = Date.now() + soakSeconds * 1000;
    const members = Array.from({ length: 2 }, () => ({ chat: GROUP.id, from: telegram.owner.id }));
    const people = telegram.extras.map(({ id }) => ({ chat: id, from: id }));
    await Promise.all([...people, ...members].map((chat, index) => chatUntil(traffic, { chat, index, end })));
    await traffic.settle(CATCH_UP_MS);
    const paced = telegram.world.requests().filter(({ params }) => params["chat_id"] !== undefined);
    const [lost, repeated, refused] = totalRows(traffic, `mixed load of ${soakSeconds} s`);
    const groupCalls = paced.filter(({ params }) => Number(params["chat_id"]) === GROUP.id).length;
    return [
      lost,
      repeated,
      {
        ...refused,
        detail: `${paced.length} calls, ${groupCalls} to the group, ${busiest(paced)} in the busiest second`,
      },
    ];
  });
}

async function chatUntil(traffic, { chat, index, end }) {
  for (let turn = index; Date.now() < end; turn += 1) {
    const ms = 500 + ((turn * 1237) % 4000);
    if (turn % 6 === 5) await cancelOne(traffic, chat);
    else await traffic.prompt(chat, `${turn % 4 === 3 ? "long" : "work"} ${ms}`).over;
    await sleep((turn * 331) % 1500);
  }
}

async function cancelOne(traffic, chat) {
  const prompt = traffic.prompt(chat, "hang 0");
  await prompt.receipt;
  await sleep(500);
  await traffic.cancel(prompt);
  await prompt.over;
}

function busiest(requests) {
  let most = 0;
  for (const { at } of requests) {
    most = Math.max(most, requests.filter((other) => other.at >= at && other.at < at + 1000).length);
  }
  return most;
}
