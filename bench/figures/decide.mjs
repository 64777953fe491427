import { withBot } from "../bot.mjs";
import { latencyRow } from "../table.mjs";

const USERS = 10;
const LIMIT_MS = 15_000;

/** How long what an engine asks takes to the user's screen, and a tap back to the engine. */
export async function measure({ quick, profileDir }) {
  return withBot({ users: USERS, profileDir }, async ({ telegram }) => {
    const shown = [];
    const taken = [];
    for (let run = 0; run < (quick ? 20 : 60); run += 1) {
      const { id } = telegram.extras[run % USERS];
      const times = await decideOnce(telegram, { chat: id, from: id }, `d${run}`);
      shown.push(times.shownMs);
      taken.push(times.takenMs);
    }
    return [latencyRow("request → visible, p95", 300, shown), latencyRow("tap → engine, p95", 100, taken)];
  });
}

async function decideOnce({ world }, { chat, from }, id) {
  const asked = next(world, chat, new RegExp(`${id} asked at (\\d+)`));
  const answered = next(world, chat, new RegExp(`result ${id} [\\s\\S]*answered at (\\d+)`));
  world.message({ chat, from, text: `${id} ask 0` });
  const question = await asked;
  const data = question.message.reply_markup.inline_keyboard[0][0].callback_data;
  const pressedAt = Date.now();
  world.press({ chat, from, message: question.message.message_id, data });
  const answer = await answered;
  return { shownMs: question.at - Number(question.time), takenMs: Number(answer.time) - pressedAt };
}

/** The next message of the bot in a chat that has this in it, with when it came and what the pattern captured. */
function next(world, chat, pattern) {
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error(`nothing like ${pattern} came`)), LIMIT_MS);
    const unsubscribe = world.state.events.subscribe((event) => {
      if (event.type !== "message" || event.chat !== chat || event.message.from?.is_bot !== true) return;
      const [, time] = pattern.exec(event.message.text ?? "") ?? [];
      // Not the progress message, which shows the command too.
      if (time === undefined || event.message.text.startsWith("working")) return;
      clearTimeout(tooLate);
      unsubscribe();
      resolve({ message: event.message, at: event.at, time });
    });
  });
}
