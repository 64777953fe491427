import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { defaultConfigPath } from "../config/file-paths.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { loadConfig, readPluginRunners } from "../config/load-config.ts";
import type { Cli, GlobalOptions } from "./cli.ts";
import { CliError } from "./cli.ts";

/** Where the configuration is, and which engines it may name. */
export interface ConfigPlace {
  readonly path: string;
  readonly engineIds: readonly string[];
}

/** The absolute path of the configuration file this command line means. */
export function configPath({ io }: Cli, options: GlobalOptions): string {
  if (options.config === undefined) return defaultConfigPath(io.env);
  const isInHome = options.config.startsWith("~/");
  return isInHome ? join(io.env["HOME"] ?? homedir(), options.config.slice(2)) : resolve(io.cwd, options.config);
}

/** Whether anything is configured at all, in the file or the environment. Throws when the file that was named is missing. */
export function isConfigured(cli: Cli, options: GlobalOptions): boolean {
  const path = configPath(cli, options);
  if (existsSync(path) || Object.keys(cli.io.env).some((name) => name.startsWith("TAKOPI__"))) return true;
  if (options.config === undefined) return false;
  throw new CliError(`there is no file ${path}. Create it: takopi setup --config ${options.config}`, 1);
}

/** The configuration, with the engines it may name: built in, plugins, and those it defines itself. */
export type CliConfig = LoadedConfig & ConfigPlace;

export async function findConfig(cli: Cli, options: GlobalOptions): Promise<ConfigPlace> {
  const path = configPath(cli, options);
  const plugins = readPluginRunners({ path, env: cli.io.env });
  return { path, engineIds: await cli.app.listEngineIds(plugins, dirname(path)) };
}

/** Loads the configuration of this command line. Throws `ConfigError`. */
export async function loadCliConfig(
  cli: Cli,
  options: GlobalOptions & { readonly tokenRequired: boolean },
): Promise<CliConfig> {
  const place = await findConfig(cli, options);
  const loaded = loadConfig({ ...place, env: cli.io.env, tokenRequired: options.tokenRequired });
  return { ...loaded, engineIds: [...place.engineIds, ...Object.keys(loaded.config.engines)] };
}
