import type { TakopiConfig } from "./config.ts";
import type { ConfigProblem } from "./config-error.ts";
import type { Table } from "./key-path.ts";
import { formatKeyPath, isTable, valueAt } from "./key-path.ts";
import { ORIGINAL_ENGINES, PROGRAM_COMMANDS, RESERVED_COMMANDS } from "./reserved-names.ts";
import { knownKeysAt } from "./schema.ts";
import { suggestion } from "./suggest.ts";

/** What the rules look at: the configuration, the table it was made of, and the engines this program has. */
export interface RuleInput {
  readonly config: TakopiConfig;
  readonly table: Table;
  readonly engineIds: readonly string[];
  readonly tokenRequired: boolean;
}

type Rule = (input: RuleInput) => readonly ConfigProblem[];

const RULES: readonly Rule[] = [
  tokenIsThere,
  defaultEngineIsKnown,
  defaultProjectIsKnown,
  userEnginesAreNamedWell,
  projectAliasesAreUnique,
  projectAliasesAreFree,
  projectEnginesAreKnown,
  chatsAreUnique,
  chatsAreNamedById,
  approvalEnginesAreKnown,
];

const KIND_HINT = `Write what it speaks: kind = "acp", "happi", "heddle" or "happy"`;

const CHAT_ID = /^-?[1-9]\d{0,14}$/;

const ENGINE_ID = /^[a-z][a-z0-9_-]{0,31}$/;

/** The rules across keys. Empty when all hold. */
export function checkRules(input: RuleInput): readonly ConfigProblem[] {
  return RULES.flatMap((rule) => rule(input));
}

/** Tables and keys that have no place at the top level or directly under `plugins`. */
export function checkTopLevel(table: Table, engineIds: readonly string[]): readonly ConfigProblem[] {
  const known = [...knownKeysAt([]), ...engineIds];
  const strangers = Object.entries(table).flatMap(([name, value]) => checkTopLevelKey({ name, value, known }));
  return [...strangers, ...checkPluginKeys(table)];
}

function checkTopLevelKey(entry: { name: string; value: unknown; known: readonly string[] }): readonly ConfigProblem[] {
  const { name, value, known } = entry;
  if (knownKeysAt([]).includes(name)) return [];
  const key = formatKeyPath([name]);
  if (!known.includes(name) && !ORIGINAL_ENGINES.includes(name)) {
    const what = isTable(value) ? "there is no such table and no such engine" : "there is no such key";
    return [{ key, message: what, hint: suggestion(name, known) }];
  }
  return isTable(value) ? [] : [{ key, message: "expected the table of this engine", hint: `Write: [${key}]` }];
}

function checkPluginKeys(table: Table): readonly ConfigProblem[] {
  const plugins = valueAt(table, ["plugins"]);
  if (!isTable(plugins)) return [];
  const known = knownKeysAt(["plugins"]);
  return Object.entries(plugins)
    .filter(([name, value]) => !known.includes(name) && !isTable(value))
    .map(([name]) => ({
      key: formatKeyPath(["plugins", name]),
      message: "there is no such key",
      hint: suggestion(name, known),
    }));
}

function tokenIsThere({ config, tokenRequired }: RuleInput): readonly ConfigProblem[] {
  if (!tokenRequired || config.transports.telegram.bot_token !== "") return [];
  const hint = "Run takopi setup, or set TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN to the token from @BotFather";
  return [{ key: "transports.telegram.bot_token", message: "is missing", hint }];
}

function defaultEngineIsKnown(input: RuleInput): readonly ConfigProblem[] {
  // The default of the default is not the user's doing: starting says what is wrong with it.
  if (input.table["default_engine"] === undefined) return [];
  return engineIsKnown("default_engine", input.config.default_engine, input);
}

function projectEnginesAreKnown(input: RuleInput): readonly ConfigProblem[] {
  return projects(input).flatMap(([alias, project]) =>
    project.default_engine === undefined
      ? []
      : engineIsKnown(formatKeyPath(["projects", alias, "default_engine"]), project.default_engine, input),
  );
}

function approvalEnginesAreKnown(input: RuleInput): readonly ConfigProblem[] {
  return Object.keys(input.config.approvals.engines).flatMap((engine) =>
    engineIsKnown(formatKeyPath(["approvals", "engines", engine]), engine, input),
  );
}

function engineIsKnown(key: string, engine: string, input: RuleInput): readonly ConfigProblem[] {
  const known = knownEngines(input);
  if (known.includes(engine)) return [];
  return [{ key, message: `there is no engine "${engine}"`, hint: suggestion(engine, known) }];
}

function defaultProjectIsKnown({ config }: RuleInput): readonly ConfigProblem[] {
  const wanted = config.default_project;
  const aliases = Object.keys(config.projects);
  if (wanted === undefined || aliases.some((alias) => isSameName(alias, wanted))) return [];
  const hint = aliases.length === 0 ? `Add a table [projects.${wanted}] with its path` : suggestion(wanted, aliases);
  return [{ key: "default_project", message: `there is no project "${wanted}"`, hint }];
}

function userEnginesAreNamedWell({ config, table, engineIds }: RuleInput): readonly ConfigProblem[] {
  return Object.entries(config.engines).flatMap(([id, engine]): readonly ConfigProblem[] => {
    const key = formatKeyPath(["engines", id]);
    if (table[id] !== undefined) return [{ key, message: `there is also a table [${id}]`, hint: "Keep one of them" }];
    if (engineIds.includes(id)) return [];
    if (!ENGINE_ID.test(id)) {
      const hint = "Use a to z, 0 to 9, - and _, at most 32, beginning with a letter";
      return [{ key, message: `"${id}" can't be the name of an engine`, hint }];
    }
    if ([...RESERVED_COMMANDS, ...PROGRAM_COMMANDS, ...knownKeysAt([])].includes(id)) {
      return [{ key, message: `"${id}" means something else already`, hint: "Choose another name" }];
    }
    return engine.kind === undefined ? [{ key: `${key}.kind`, message: "is missing", hint: KIND_HINT }] : [];
  });
}

function projectAliasesAreUnique(input: RuleInput): readonly ConfigProblem[] {
  const aliases = projects(input).map(([alias]) => alias);
  return aliases.flatMap((alias, index) => {
    const earlier = aliases.slice(0, index).find((other) => isSameName(other, alias));
    if (earlier === undefined) return [];
    const message = `there is also a project "${earlier}", and aliases do not differ by case`;
    return [{ key: formatKeyPath(["projects", alias]), message, hint: "Rename one of them" }];
  });
}

function projectAliasesAreFree(input: RuleInput): readonly ConfigProblem[] {
  const engines = knownEngines(input);
  return projects(input).flatMap(([alias]) => {
    const isEngine = engines.some((engine) => isSameName(engine, alias));
    if (!isEngine && !RESERVED_COMMANDS.some((command) => isSameName(command, alias))) return [];
    const message = `"${alias}" is the name of ${isEngine ? "an engine" : "a chat command"}`;
    return [{ key: formatKeyPath(["projects", alias]), message, hint: "Give the project another alias" }];
  });
}

function chatsAreUnique(input: RuleInput): readonly ConfigProblem[] {
  const owners = new Map<number, string>();
  const main = input.config.transports.telegram.chat_id;
  if (main !== undefined) owners.set(main, "the main chat");
  return projects(input).flatMap(([alias, { chat_id: chatId }]): readonly ConfigProblem[] => {
    if (chatId === undefined) return [];
    const owner = owners.get(chatId);
    if (owner === undefined) owners.set(chatId, `the chat of project "${alias}"`);
    const key = formatKeyPath(["projects", alias, "chat_id"]);
    return owner === undefined ? [] : [{ key, message: `${chatId} is already ${owner}`, hint: "Use another chat" }];
  });
}

function chatsAreNamedById({ config }: RuleInput): readonly ConfigProblem[] {
  return Object.keys(config.chats)
    .filter((id) => !CHAT_ID.test(id))
    .map((id) => ({
      key: formatKeyPath(["chats", id]),
      message: `"${id}" is not the id of a chat`,
      hint: 'Write the number in quotes: [chats."-1001234567890"]',
    }));
}

function projects({ config }: RuleInput): readonly [string, TakopiConfig["projects"][string]][] {
  return Object.entries(config.projects);
}

function knownEngines({ config, engineIds }: RuleInput): readonly string[] {
  return [...engineIds, ...Object.keys(config.engines).filter((id) => !engineIds.includes(id))];
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
