import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startLocalTelegram } from "../dist/src/local/local-telegram.js";
import { GROUP } from "../dist/src/local/world/seed.js";
import { enginePath, mainPath } from "./build.mjs";

const STOP_LIMIT_MS = 15_000;
const START_LIMIT_MS = 20_000;
const OUTPUT_CHARS = 4000;

/** A Telegram with this many private chats beside the group, and a home for the bot in it; both end with `work`. */
export async function withTelegram({ users = 1, profileDir }, work) {
  const telegram = await startLocalTelegram({ floodLimits: true, extraUsers: users });
  const dir = mkdtempSync(join(tmpdir(), "takopi-bench-"));
  try {
    return await work({ telegram, dir, profileDir });
  } finally {
    await telegram.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The same with a bot that polls. */
export function withBot(options, work) {
  return withTelegram(options, async (place) => {
    const bot = await startBot(place);
    try {
      return await work({ ...place, bot });
    } finally {
      await bot.stop();
    }
  });
}

/** The built program as a process of its own. Resolves when it polls; `startMs` is how long that took. */
export async function startBot({ telegram, dir, profileDir }) {
  writeConfig(telegram, dir);
  const profile = profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...profile, mainPath, "--config", join(dir, "takopi.toml")], {
    cwd: dir,
    env: { HOME: dir, PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const output = keepOutput(child);
  const polls = telegram.world.waitFor((world) => world.isPolled, { timeoutMs: START_LIMIT_MS });
  const ended = exited.then(() => Promise.reject(new Error(`the bot ended:\n${output()}`)));
  ended.catch(() => {});
  await Promise.race([polls, ended]);
  const startMs = performance.now() - startedAt;
  return { pid: child.pid, startMs, output, rssMb: () => rssMb(child.pid), stop: () => stop(child, exited) };
}

function writeConfig(telegram, dir) {
  const users = [telegram.owner, ...telegram.extras].map(({ id }) => id);
  const config = `
default_engine = "claude"
[transports.telegram]
bot_token = "${telegram.token}"
api_root = "${telegram.url}"
allowed_user_ids = [${users.join(", ")}]
[limits]
max_parallel_runs = 200
[approvals]
policy = "ask"
[claude]
command = [${JSON.stringify(process.execPath)}, ${JSON.stringify(enginePath)}]
[projects.group]
path = ${JSON.stringify(dir)}
chat_id = ${GROUP.id}
`;
  writeFileSync(join(dir, "takopi.toml"), config);
}

function keepOutput(child) {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text = (text + chunk).slice(-OUTPUT_CHARS);
    });
  }
  return () => text;
}

async function stop(child, exited) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const limit = new AbortController();
  const tooLate = sleep(STOP_LIMIT_MS, undefined, { signal: limit.signal }).then(
    () => child.kill("SIGKILL"),
    () => {},
  );
  await exited;
  limit.abort();
  await tooLate;
}

/** Memory of one process without its children. */
function rssMb(pid) {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}

/** The lowest of some readings after `quietMs`, in which what just happened settles and garbage is collected. */
export async function settledRssMb(bot, quietMs) {
  const readings = [];
  await sleep(quietMs);
  for (let reading = 0; reading < 10; reading += 1) {
    await sleep(100);
    readings.push(bot.rssMb());
  }
  return Math.min(...readings);
}
