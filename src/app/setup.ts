import { renameSync } from "node:fs";
import type { PairedUser } from "../bridge/store-port.ts";
import { ConfigError } from "../config/config-error.ts";
import type { ConfigEdit } from "../config/edit-config.ts";
import { checkEdits, editConfig, readConfigValue } from "../config/edit-config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { loadConfig } from "../config/load-config.ts";
import { printValue } from "../config/toml-text.ts";

/** `assistant`: the chat goes on by itself. `handoff`: replies continue a session, and so does the terminal. */
export type Workflow = "assistant" | "handoff";

/** What a setup asks for. */
export interface SetupAnswers {
  readonly token: string;
  readonly owner: PairedUser;
  readonly defaultEngine: string;
  readonly workflow: Workflow;
}

export interface SetupTarget {
  /** Of `takopi.toml`, which need not be there. */
  readonly path: string;
  readonly engineIds: readonly string[];
}

const TELEGRAM = ["transports", "telegram"] as const;

/** Why the file can't be read as TOML; undefined when it can, or is not there. */
export function syntaxProblem(path: string): string | undefined {
  return configProblem(() => readConfigValue(path, []));
}

/** What a setup would leave wrong in the file. Asked before the first question, so that nobody answers them all for nothing. */
export function remainingProblem(target: SetupTarget): string | undefined {
  return configProblem(() => checkEdits(target, placeholders(target)));
}

/** The configuration as it is before a setup: what the setup will write may be missing or wrong in it and is passed over. */
export function loadBeforeSetup(target: SetupTarget, env: Readonly<Record<string, string | undefined>>): LoadedConfig {
  const own = placeholders(target).map(({ path, value }) => [
    `TAKOPI__${path.join("__").toUpperCase()}`,
    printValue(value),
  ]);
  return loadConfig({ ...target, env: { ...env, ...Object.fromEntries(own) } });
}

/** Moves a file that is not TOML out of the way, to `<file>.bak`. */
export function setAsideConfig(path: string): void {
  renameSync(path, `${path}.bak`);
}

/** Writes what was answered into `takopi.toml`, readable by its owner only; every other key and the comments stay. */
export function writeSetup(target: SetupTarget, answers: SetupAnswers): void {
  const { token, owner, defaultEngine: engine, workflow } = answers;
  const edits = plainEdits({ token, chatId: owner.chatId, engine, workflow });
  editConfig(target, [...edits, ...allowOwner(target.path, owner.userId)]);
}

function configProblem(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** Valid values for the keys a setup writes, while the real ones are not known yet. */
function placeholders({ engineIds: [engine = "codex"] }: SetupTarget): readonly ConfigEdit[] {
  return plainEdits({ token: "1:token", chatId: 1, engine, workflow: "assistant" });
}

function plainEdits(answers: {
  token: string;
  chatId: number;
  engine: string;
  workflow: Workflow;
}): readonly ConfigEdit[] {
  const { token, chatId, engine, workflow } = answers;
  return [
    { path: ["default_engine"], value: engine },
    { path: [...TELEGRAM, "bot_token"], value: token },
    { path: [...TELEGRAM, "chat_id"], value: chatId },
    { path: [...TELEGRAM, "session_mode"], value: workflow === "assistant" ? "chat" : "stateless" },
    { path: [...TELEGRAM, "show_resume_line"], value: workflow === "handoff" },
  ];
}

/** An allow-list that is already there would keep its new owner out. */
function allowOwner(path: string, userId: number): readonly ConfigEdit[] {
  const key = [...TELEGRAM, "allowed_user_ids"];
  const allowed = readConfigValue(path, key);
  if (!Array.isArray(allowed) || allowed.length === 0 || allowed.includes(userId)) return [];
  return [{ path: key, value: [...allowed, userId] }];
}
