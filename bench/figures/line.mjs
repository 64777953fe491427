import { withBot } from "../bot.mjs";
import { Traffic, totalRows } from "../traffic.mjs";

const MEGABYTES = 200;
const SAMPLE_EVERY_MS = 20;
const LIMIT_MS = 60_000;

/** What one enormous line of an engine costs the bot in memory; the run has to survive it. */
export async function measure({ profileDir }) {
  return withBot({ users: 1, profileDir }, async ({ telegram, bot }) => {
    const traffic = new Traffic(telegram);
    const [{ id }] = telegram.extras;
    const chat = { chat: id, from: id };
    for (let run = 0; run < 3; run += 1) await traffic.prompt(chat, "work 500").over;
    const before = bot.rssMb();
    let peak = before;
    const sampler = setInterval(() => (peak = Math.max(peak, bot.rssMb())), SAMPLE_EVERY_MS);
    const { sentAt } = traffic.prompt(chat, `big ${MEGABYTES}`);
    await traffic.settle(LIMIT_MS);
    clearInterval(sampler);
    const { finalAt } = traffic.prompts.at(-1);
    const detail = `${before.toFixed(0)} → ${peak.toFixed(0)} MB, answered after ${((finalAt - sentAt) / 1000).toFixed(1)} s; wished for: 32 MB`;
    return [
      { figure: `RSS growth, line of ${MEGABYTES} MB`, limit: 64, unit: "MB", value: peak - before, detail },
      ...totalRows(traffic, "long line"),
    ];
  });
}
