import { settledRssMb, withBot } from "../bot.mjs";
import { Traffic, totalRows } from "../traffic.mjs";

const RUNS_AT_ONCE = 21;
const RUNS_BEFORE = 30;
const PAUSE_MS = 250;
const QUIET_MS = 3000;
/** V8 collects what is left over when some 8 s were quiet. */
const IDLE_MS = 15_000;

/** Memory of the bot's own process when nothing runs, and what each further run adds. */
export async function measure({ quick, profileDir }) {
  return withBot({ users: RUNS_AT_ONCE, profileDir }, async ({ telegram, bot }) => {
    const traffic = new Traffic(telegram);
    const chats = telegram.extras.map(({ id }) => ({ chat: id, from: id }));
    const fresh = await settledRssMb(bot, QUIET_MS);
    await runSome(traffic, chats, quick ? 10 : RUNS_BEFORE);
    const used = await settledRssMb(bot, IDLE_MS);
    const [first, ...others] = chats;
    const hanging = [await hang(traffic, first)];
    const withOne = await settledRssMb(bot, QUIET_MS);
    for (const chat of others) hanging.push(await hang(traffic, chat));
    const withAll = await settledRssMb(bot, QUIET_MS);
    for (const prompt of hanging) await traffic.cancel(prompt);
    await traffic.settle(20_000);
    const perRun = (withAll - withOne) / others.length;
    const detail = `${withOne.toFixed(1)} → ${withAll.toFixed(1)} MB, 1 → ${chats.length} runs`;
    return [
      { figure: "idle RSS, after the start", limit: 90, unit: "MB", value: fresh },
      { figure: "idle RSS, after some runs", limit: 90, unit: "MB", value: used },
      { figure: "RSS per further run", limit: 2, unit: "MB", value: perRun, detail },
      ...totalRows(traffic, "memory"),
    ];
  });
}

async function runSome(traffic, chats, count) {
  for (let run = 0; run < count; run += 1) await traffic.prompt(chats[run % chats.length], "work 500").over;
}

async function hang(traffic, chat) {
  const prompt = traffic.prompt(chat, "hang 0");
  await prompt.receipt;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return prompt;
}
