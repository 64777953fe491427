import { startBot, withTelegram } from "../bot.mjs";
import { median } from "../table.mjs";

/** From the command to the first poll: with an empty home, and with the journal of the time before. */
export async function measure({ quick }) {
  const firsts = [];
  const restarts = [];
  for (let home = 0; home < (quick ? 2 : 5); home += 1) {
    await withTelegram({}, async (place) => {
      firsts.push(await timeStart(place));
      restarts.push(await timeStart(place), await timeStart(place));
    });
  }
  return [startRow("start to first poll", restarts), startRow("start to first poll, empty home", firsts)];
}

async function timeStart(place) {
  const bot = await startBot(place);
  await bot.stop();
  return Math.round(bot.startMs);
}

function startRow(figure, values) {
  return {
    figure,
    limit: 500,
    unit: "ms",
    value: median(values),
    detail: `n=${values.length} max ${Math.max(...values)}`,
  };
}
