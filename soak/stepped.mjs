import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Traffic, totalRows } from "../bench/traffic.mjs";
import { Calls } from "./calls.mjs";
import { setClock } from "./engine.mjs";
import { chatUntil } from "./load.mjs";
import { loadProgram } from "./program.mjs";
import { SteppedClock, takeTimers } from "./stepped-clock.mjs";

const CHATS = 50;
const GROUP_MEMBERS = 2;
const START = Date.UTC(2026, 0, 5, 9);
const STEP_MS = 100;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Groups with their 20 calls a minute need a while for what was written last. */
const CATCH_UP_MS = 10 * MINUTE_MS;
/** What is kept of runs: prompts, answers, and what was sent of it for some days. */
const MAX_KB_PER_RUN = 32;
const MAX_WAL_MB = 8;
/** An empty journal with its indices, and the audit, which is kept for a year. */
const MAX_OLD_MB = 1;
/** Where a session was used is kept for good, so that it never becomes anybody's. */
const SESSION_KB = 0.25;

/** The whole bot in this process for `minutes` of stepped time, as dense as Telegram's limits allow, and then left alone for 100 days. */
export async function measureStepped({ minutes }) {
  const program = await loadProgram();
  const clock = new SteppedClock(START);
  setClock(clock);
  // The one clock of the program.
  Object.assign(program.systemClock, { now: () => clock.now(), setTimer: (ms, run) => clock.setTimer(ms, run) });
  const giveTimersBack = takeTimers(clock);
  const before = resources();
  const telegram = await program.startLocalTelegram({ floodLimits: true, extraUsers: CHATS, now: () => clock.now() });
  const dir = mkdtempSync(join(tmpdir(), "takopi-soak-"));
  try {
    const errors = [];
    const log = { debug() {}, info() {}, warn() {}, error: (message) => errors.push(message) };
    const bot = await startBot({ program, telegram, dir, log });
    const calls = new Calls();
    const step = { stepMs: STEP_MS, isIdle: () => calls.open === 0 };
    const rows = await load({ clock, step, calls, errors, telegram, dir, minutes, group: program.groupId });
    await stopBot(bot, { clock, step });
    calls.close();
    await telegram.close();
    return [...rows, leftRow(await leftSince(before))];
  } finally {
    await telegram.close();
    giveTimersBack();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function stopBot(bot, { clock, step }) {
  let isStopped = false;
  const stopping = bot.stop().then(() => (isStopped = true));
  for (let second = 0; second < 30 && !isStopped; second += 1) await clock.advance(1000, step);
  await stopping;
}

function startBot({ program: { startBot: start, loadConfig }, telegram, dir, log }) {
  const path = join(dir, "takopi.toml");
  const users = [telegram.owner, ...telegram.extras].map(({ id }) => id);
  writeFileSync(
    path,
    `default_engine = "stepped"
[transports.telegram]
bot_token = "${telegram.token}"
api_root = "${telegram.url}"
allowed_user_ids = [${users.join(", ")}]
[limits]
max_parallel_runs = 200
[plugins]
runners = [${JSON.stringify(fileURLToPath(new URL("engine.mjs", import.meta.url)))}]
`,
  );
  const env = { PATH: "/nowhere", HOME: dir };
  const loaded = loadConfig({ path, env, engineIds: ["stepped"] });
  return start({ loaded, env, cwd: dir, log, groups: telegram.groups });
}

async function load({ clock, step, calls, errors, telegram, dir, minutes, group }) {
  await clock.advance(1000, step);
  const traffic = new Traffic(telegram);
  const end = clock.now() + minutes * MINUTE_MS;
  const members = Array.from({ length: GROUP_MEMBERS }, () => ({ chat: group, from: telegram.owner.id }));
  const places = [...telegram.extras.map(({ id }) => ({ chat: id, from: id })), ...members];
  let isOver = false;
  const people = places.map((place, index) =>
    chatUntil(traffic, { place, index, end, time: clock, runMs: [4000, 30_000], pauseMs: 15_000 }),
  );
  void Promise.all(people).then(() => (isOver = true));
  while (!isOver && clock.now() < end + CATCH_UP_MS) await clock.advance(10_000, step);
  await clock.advance(30_000, step);
  const full = sizes(dir);
  const wrong = { ...zero, figure: "errors in the log, stepped time", value: errors.length, detail: errors[0] ?? "" };
  const [lost, repeated] = totalRows(traffic, `${minutes} min of stepped time`);
  // In steps as long as these no poll is ever answered in time.
  await clock.advance(100 * DAY_MS, { ...step, stepMs: DAY_MS / 4 });
  await clock.advance(5 * MINUTE_MS, step);
  const refused = { ...zero, figure: "429, stepped time", value: calls.refused, detail: `${calls.count} calls` };
  return [lost, repeated, refused, wrong, ...sizeRows(full, sizes(dir), traffic.prompts.length)];
}

const zero = { limit: 0, unit: "" };

function sizes(dir) {
  const of = (name) => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0;
  return { journal: of("takopi.db"), wal: of("takopi.db-wal") };
}

function sizeRows(full, old, runs) {
  const mb = (bytes) => bytes / 2 ** 20;
  return [
    {
      figure: "journal per run",
      limit: MAX_KB_PER_RUN,
      unit: "KB",
      value: full.journal / 1024 / runs,
      detail: `${mb(full.journal).toFixed(1)} MB for ${runs} runs`,
    },
    { figure: "-wal after the load", limit: MAX_WAL_MB, unit: "MB", value: mb(full.wal) },
    {
      figure: "journal 100 days later",
      limit: MAX_OLD_MB + (runs * SESSION_KB) / 1024,
      unit: "MB",
      value: mb(old.journal + old.wal),
    },
  ];
}

/** Timers, sockets and the like that keep the process alive. */
function resources() {
  // They come into being when they are first asked for.
  void [process.stdout, process.stderr];
  return process.getActiveResourcesInfo().filter((name) => name !== "Immediate");
}

/** What came since `before` and is not gone after a while: closing takes some turns of the event loop. */
async function leftSince(before) {
  for (let look = 0; look < 200 && left(before).length > 0; look += 1) await turn();
  return left(before);
}

function left(before) {
  const names = resources();
  for (const name of before) if (names.includes(name)) names.splice(names.indexOf(name), 1);
  return names;
}

function leftRow(names) {
  const detail = [...new Set(names)].join(", ");
  return { figure: "handles left after the end", limit: 0, unit: "", value: names.length, detail };
}
