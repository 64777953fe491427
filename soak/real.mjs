import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GROUP } from "../dist/src/local/world/seed.js";
import { withBot } from "../bench/bot.mjs";
import { Traffic, totalRows } from "../bench/traffic.mjs";
import { chatUntil } from "./load.mjs";
import { growthOf } from "./slope.mjs";

const CHATS = 50;
const GROUP_MEMBERS = 2;
const ROUNDS = 5;
/** Of the whole time: until caches are full and the machine code is there. */
const WARM_UP_PART = 0.25;
const CATCH_UP_MS = 150_000;
/** V8 takes its time to collect what is left over; connections that are not used end after 20 s. */
const QUIET_MS = 60_000;
const SHORT_QUIET_MS = 22_000;
const LONG_MINUTES = 3;
const SAMPLE_EVERY_MS = 500;
const MAX_WAL_MB = 8;
/** Of the event loop and the connection that polls: they come and go. */
const SPARE_FILES = 2;

/** The built program under mixed load in rounds; what it holds is looked at in the quiet between them, when nothing runs. */
export async function measureReal({ minutes }) {
  return withBot({ users: CHATS }, async ({ telegram, bot, dir }) => {
    const traffic = new Traffic(telegram);
    const loadMs = minutes * 60_000;
    const looks = [];
    await load(traffic, telegram, loadMs * WARM_UP_PART);
    const quietMs = minutes < LONG_MINUTES ? SHORT_QUIET_MS : QUIET_MS;
    looks.push(await look(bot, traffic, quietMs));
    for (let round = 0; round < ROUNDS; round += 1) {
      await load(traffic, telegram, (loadMs * (1 - WARM_UP_PART)) / ROUNDS);
      looks.push(await look(bot, traffic, quietMs));
    }
    for (const prompt of traffic.prompts.filter(({ isOver }) => !isOver)) console.error(shownOf(telegram, prompt));
    const where = `${minutes} min of real time`;
    return [...totalRows(traffic, where), ...lookRows(looks), ...fileRows(dir, traffic), warningRow(bot.output())];
  });
}

async function load(traffic, telegram, ms) {
  const end = Date.now() + ms;
  const members = Array.from({ length: GROUP_MEMBERS }, () => ({ chat: GROUP.id, from: telegram.owner.id }));
  const places = [...telegram.extras.map(({ id }) => ({ chat: id, from: id })), ...members];
  const time = { now: Date.now, sleep };
  const people = places.map((place, index) =>
    chatUntil(traffic, { place, index, end, time, runMs: [2000, 10_000], pauseMs: 8000 }),
  );
  await Promise.all(people);
  await traffic.settle(CATCH_UP_MS);
}

/** What the user sees of a prompt that was not answered. */
function shownOf({ world }, { id, chat, card, isCancelled }) {
  const shown = world.botMessages(chat).find(({ message_id }) => message_id === card)?.text;
  const said = world.botMessages(chat).filter(({ text = "" }) => text.includes(id));
  return `soak: ${id}${isCancelled ? ", cancelled," : ""} is not over: card ${card}: ${shown}; ${said.map(({ text }) => text)}`;
}

/** What the bot holds while nothing runs. */
async function look(bot, traffic, quietMs) {
  const rssMb = await lowestRssMb(bot, quietMs);
  const files = readdirSync(`/proc/${bot.pid}/fd`).length;
  const children = readFileSync(`/proc/${bot.pid}/task/${bot.pid}/children`, "utf8").split(" ").filter(Boolean).length;
  const runs = traffic.prompts.length;
  console.error(`soak: ${runs} runs, ${rssMb.toFixed(1)} MB, ${files} open files, ${children} children`);
  return { runs, rssMb, files, children };
}

/** Between collections memory goes up and down by more than a thousand runs may leave behind: only the lowest points tell. */
async function lowestRssMb(bot, quietMs) {
  let lowest = Infinity;
  for (const end = Date.now() + quietMs; Date.now() < end; await sleep(SAMPLE_EVERY_MS)) {
    lowest = Math.min(lowest, bot.rssMb());
  }
  return lowest;
}

function lookRows(looks) {
  const first = looks[0];
  const last = looks.at(-1);
  const course = looks.map(({ rssMb }) => rssMb.toFixed(1)).join(" → ");
  return [
    {
      figure: "RSS slope",
      limit: 1,
      unit: "MB per 1,000 runs",
      value: growthOf(
        looks.map(({ runs, rssMb }) => [runs, rssMb]),
        1000,
      ),
      detail: `${last.runs - first.runs} runs after ${first.runs}: ${course} MB`,
    },
    {
      figure: "open files more than after the warm-up",
      limit: SPARE_FILES,
      unit: "",
      value: last.files - first.files,
      detail: looks.map(({ files }) => files).join(" → "),
    },
    { figure: "children while nothing runs", limit: 0, unit: "", value: Math.max(...looks.map((at) => at.children)) },
  ];
}

function fileRows(dir, traffic) {
  const mb = (name) => (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0) / 2 ** 20;
  const journal = mb("takopi.db");
  const detail = `the journal has ${journal.toFixed(1)} MB for ${traffic.prompts.length} runs`;
  return [{ figure: "-wal after the load", limit: MAX_WAL_MB, unit: "MB", value: mb("takopi.db-wal"), detail }];
}

/** Node's own word on leaks, among the last the program wrote. */
function warningRow(output) {
  const warnings = output.match(/\w+Warning: .*/g) ?? [];
  return { figure: "warnings of Node", limit: 0, unit: "", value: warnings.length, detail: warnings[0] ?? "" };
}
