import { access, constants, mkdir, stat, statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { accessFrom, accessProblem } from "../../config/access-rule.ts";
import { ConfigError } from "../../config/config-error.ts";
import { databasePath } from "../../config/file-paths.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { AccessRule, RightLists } from "../../routing/access.ts";
import { childEnvironment } from "../../runner/child-env.ts";
import { openStore } from "../../store/open-store.ts";
import { findExecutable } from "../../wire/find-executable.ts";
import { runCommand } from "../../wire/run-command.ts";
import { checkChat, checkToken } from "./bot-api-check.ts";
import type { Check } from "./doctor-check.ts";
import { checkEngines } from "./doctor-engines.ts";
import { checkProcesses } from "./doctor-processes.ts";
import { checkRunning } from "./doctor-running.ts";
import { repairPrivateFiles } from "./private-files.ts";

export interface DoctorInput {
  /** Of `takopi.toml`. */
  readonly path: string;
  readonly engineIds: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Checks = AsyncGenerator<Check, void, undefined>;

/** As `engines` of package.json says. */
const MIN_NODE = [20, 19] as const;

const MIN_FREE_BYTES = 100 * 1024 * 1024;

/** Looks at everything the bot needs, one after the other. Nothing is sent to a chat. */
export async function* runDoctor(input: DoctorInput): Checks {
  yield checkNode(process.versions.node);
  yield* checkConfig(input);
  const loaded = loadedOrUndefined(input);
  if (loaded !== undefined) {
    yield* checkTelegram(loaded);
    yield* checkAccess(loaded);
    yield* checkEngines(loaded, input.env);
    yield* checkProjects(loaded);
    yield* checkRunning(loaded, input.env);
  }
  yield* repairPrivateFiles({ configPath: input.path, dir: dirname(input.path), env: input.env });
  yield await checkGit(input.env);
  yield await checkProcesses();
  yield* checkDirectory(dirname(input.path));
}

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNew = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return isNew ? ok(`node ${version}`) : problem(`node ${version} is too old: install ${MIN_NODE.join(".")} or newer`);
}

async function* checkConfig(input: DoctorInput): Checks {
  try {
    const { path, warnings } = load(input);
    for (const line of warnings) yield warning(line);
    yield ok(existsSync(path) ? `configuration ${path}` : "configuration from the environment");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split("\n")) yield problem(line);
  }
}

async function* checkTelegram({ config }: LoadedConfig): Checks {
  const { api_root: apiRoot, bot_token: token, chat_id: main } = config.transports.telegram;
  const bot = await checkToken(apiRoot, token);
  if (bot.kind !== "ok") {
    yield problem(`token: ${bot.problem}`);
    return;
  }
  yield ok(`token of @${bot.username}`);
  const projects = Object.entries(config.projects).map(([alias, { chat_id: id }]) => ({
    name: `chat of ${alias}`,
    id,
  }));
  for (const { name, id } of [{ name: "main chat", id: main }, ...projects]) {
    if (id === undefined) continue;
    const chat = await checkChat({ apiRoot, token }, id);
    const todo = `write /start to @${bot.username} there, or correct chat_id`;
    yield chat.kind === "ok" ? ok(`${name}: ${chat.title}`) : problem(`${name} ${id}: ${chat.problem}; ${todo}`);
  }
}

async function* checkAccess({ dir, config }: LoadedConfig): Checks {
  const path = databasePath(dir);
  try {
    const paired = existsSync(path) ? readPairing(path) : { userIds: [], isOpen: false };
    const rule = accessFrom(config, paired.userIds);
    const fault = accessProblem(rule, paired.isOpen);
    const users = rule.userIds.size === 0 ? "nobody yet, a pairing is open" : [...rule.userIds].join(", ");
    yield fault === undefined ? ok(`may chat: ${users}`) : problem(fault);
    yield* checkLists(rule);
    yield ok(existsSync(path) ? `database ${path}` : `database ${path} will be made at the first start`);
  } catch (error) {
    yield problem(`database: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Who is on a narrower list only: they may not chat, and so they may do nothing. */
function* checkLists(rule: AccessRule): Generator<Check, void, undefined> {
  const { deciderIds, adminIds, chats, projects, userIds } = rule;
  if (deciderIds !== undefined) yield ok(`may decide: ${[...deciderIds].join(", ")}`);
  if (adminIds !== undefined) yield ok(`admins: ${adminIds.size === 0 ? "nobody" : [...adminIds].join(", ")}`);
  const general = [deciderIds, adminIds].map((ids) => [...(ids ?? [])]);
  const narrower = [...projects.values(), ...[...chats.values()].flat()].map(listedIn);
  const useless = new Set([...general, ...narrower].flat().filter((id) => !userIds.has(id)));
  for (const id of useless)
    yield warning(`${id} is on a list but may not chat: add it to allowed_user_ids, or remove it`);
}

function listedIn({ chat, decide, admin }: RightLists): readonly number[] {
  return [...(chat ?? []), ...(decide ?? []), ...(admin ?? [])];
}

function readPairing(path: string): { userIds: readonly number[]; isOpen: boolean } {
  const store = openStore({ path, now: Date.now });
  try {
    return { userIds: store.pairedUsers().map((user) => user.userId), isOpen: store.hasOpenPairing(Date.now()) };
  } finally {
    store.close();
  }
}

async function* checkProjects({ config }: LoadedConfig): Checks {
  for (const [alias, { path }] of Object.entries(config.projects)) {
    const found = await stat(path).catch(() => undefined);
    yield found?.isDirectory() === true
      ? ok(`project ${alias}: ${path}`)
      : problem(`project ${alias}: ${path} is not a directory; correct projects.${alias}.path`);
  }
}

async function checkGit(env: DoctorInput["env"]): Promise<Check> {
  const found = await findExecutable("git", env["PATH"] ?? "");
  if (found.kind !== "found") return warning("git was not found: projects work, @branch does not; install git");
  const result = await runCommand({
    command: found.path,
    args: ["--version"],
    env: childEnvironment(env, []),
    timeoutMs: 10_000,
  });
  return result.ok ? ok(result.output.trim()) : warning(`git does not work: ${result.problem ?? "no reason given"}`);
}

async function* checkDirectory(dir: string): Checks {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await access(dir, constants.W_OK);
    const { bavail, bsize } = await statfs(dir);
    const free = `${Math.floor((bavail * bsize) / 1024 / 1024)} MB free in ${dir}`;
    yield bavail * bsize < MIN_FREE_BYTES ? problem(`${free}: make room, or prompts can't be accepted`) : ok(free);
  } catch (error) {
    yield problem(`${dir} can't be written (${error instanceof Error ? error.message : String(error)})`);
  }
}

function load({ path, engineIds, env }: DoctorInput): LoadedConfig {
  return loadConfig({ path, engineIds, env });
}

function loadedOrUndefined(input: DoctorInput): LoadedConfig | undefined {
  try {
    return load(input);
  } catch {
    // What is wrong with it was said before.
    return undefined;
  }
}

function ok(text: string): Check {
  return { state: "ok", text };
}

function warning(text: string): Check {
  return { state: "warning", text };
}

function problem(text: string): Check {
  return { state: "problem", text };
}
