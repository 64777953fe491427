import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { ConfigEdit } from "../../config/edit-config.ts";
import { editConfig, listConfigValues, readConfigValue } from "../../config/edit-config.ts";
import type { KeyPath } from "../../config/key-path.ts";
import { isTable, parseKeyPath } from "../../config/key-path.ts";
import { isSecretKey, MASK } from "../../config/secret-shapes.ts";
import { parseLiteral, printTable, printValue } from "../../config/toml-text.ts";
import type { Cli, GlobalOptions } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { configPath, findConfig, loadCliConfig } from "../cli-config.ts";

/** `takopi config …`: looks at `takopi.toml` and changes single keys of it. */
export function addConfig(program: Command, cli: Cli): void {
  const config = program.command("config").description("look at takopi.toml and change it");
  config
    .command("path")
    .description("print where the file is")
    .action((_options: unknown, command: Command) => cli.io.stdout(`${configPath(cli, globals(command))}\n`));
  config
    .command("check")
    .description("say what is wrong with the file and the environment over it")
    .action(async (_options: unknown, command: Command) => await check(cli, globals(command)));
  config
    .command("list")
    .description("print every key of the file; secrets are masked")
    .action((_options: unknown, command: Command) => list(cli, globals(command)));
  config
    .command("get <key>")
    .description("print one value of the file, such as transports.telegram.chat_id")
    .action((key: string, _options: unknown, command: Command) => get(cli, globals(command), key));
  config
    .command("set <key> <value>")
    .description("set one value: true, 42, [1, 2] or a text")
    .action(async (...parameters: SetParameters) => {
      const [key, value, , command] = parameters;
      await edit(cli, globals(command), { path: keyPath(key), value: parseLiteral(value) });
    });
  config
    .command("unset <key>")
    .description("remove one value or table")
    .action(async (key: string, _options: unknown, command: Command) => await unset(cli, globals(command), key));
}

type SetParameters = [key: string, value: string, options: unknown, command: Command];

function globals(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

async function check(cli: Cli, options: GlobalOptions): Promise<void> {
  const loaded = await loadCliConfig(cli, { ...options, tokenRequired: true });
  const warnings = loaded.warnings.map((warning) => `! ${warning}\n`);
  cli.io.stdout([...warnings, `✓ ${loaded.path} is valid\n`].join(""));
}

function list(cli: Cli, options: GlobalOptions): void {
  const path = existingPath(cli, options);
  const lines = listConfigValues(path).map(
    ([key, value]) => `${key} = ${isSecretKey(key) ? MASK : printValue(value)}\n`,
  );
  cli.io.stdout(lines.join(""));
}

function get(cli: Cli, options: GlobalOptions, key: string): void {
  const value = writtenValue(cli, options, key);
  if (isTable(value)) cli.io.stdout(printTable(value));
  else cli.io.stdout(`${typeof value === "string" ? value : printValue(value)}\n`);
}

async function unset(cli: Cli, options: GlobalOptions, key: string): Promise<void> {
  writtenValue(cli, options, key);
  await edit(cli, options, { path: keyPath(key), value: undefined });
}

async function edit(cli: Cli, options: GlobalOptions, change: ConfigEdit): Promise<void> {
  editConfig(await findConfig(cli, options), [change]);
}

function writtenValue(cli: Cli, options: GlobalOptions, key: string): unknown {
  const path = existingPath(cli, options);
  const value = readConfigValue(path, keyPath(key));
  if (value === undefined) throw new CliError(`${key} is not set in ${path}`, 1);
  return value;
}

function existingPath(cli: Cli, options: GlobalOptions): string {
  const path = configPath(cli, options);
  if (!existsSync(path)) throw new CliError(`there is no file ${path}. Create it: takopi setup`, 1);
  return path;
}

function keyPath(key: string): KeyPath {
  const path = parseKeyPath(key);
  if (path === undefined) throw new CliError(`"${key}" is not a key. Write it like transports.telegram.chat_id`, 2);
  return path;
}
