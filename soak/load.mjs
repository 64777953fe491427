/** How the runs of a mixed load are, in milliseconds: from the shortest to the longest, and the longest pause between two. */
const CANCEL_AFTER_MS = 500;

/** One person: prompts of different lengths one after another, long answers and cancelled runs among them, until the time is over. */
export async function chatUntil(traffic, { place, index, end, time, runMs, pauseMs }) {
  const [shortest, longest] = runMs;
  for (let turn = index; time.now() < end; turn += 1) {
    const ms = shortest + ((turn * 1237) % (longest - shortest));
    if (turn % 7 === 5) await cancelOne(traffic, place, time);
    else await traffic.prompt(place, `${turn % 5 === 3 ? "long" : "work"} ${ms}`).over;
    await time.sleep((turn * 331) % pauseMs);
  }
}

async function cancelOne(traffic, place, time) {
  const prompt = traffic.prompt(place, "hang 0");
  await prompt.receipt;
  await time.sleep(CANCEL_AFTER_MS);
  await traffic.cancel(prompt);
  await prompt.over;
}
