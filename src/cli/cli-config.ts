import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { defaultConfigPath } from "../config/file-paths.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { loadConfig, readEngineHints } from "../config/load-config.ts";
import type { Cli, GlobalOptions } from "./cli.ts";
import { CliError } from "./cli-error.ts";

/** Where the configuration is, and which engines it may name. */
export interface ConfigPlace {
  readonly path: string;
  /** Built in, and of plugins. */
  readonly engineIds: readonly string[];
  /** Those it defines itself. */
  readonly definedEngines: readonly string[];
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

export async function findConfig(cli: Cli, options: GlobalOptions): Promise<ConfigPlace> {
  const path = configPath(cli, options);
  const { plugins, defined } = readEngineHints({ path, env: cli.io.env });
  return { path, engineIds: await cli.app.listEngineIds(plugins, dirname(path)), definedEngines: defined };
}

/** Loads the configuration of this command line. Throws `ConfigError`. */
export async function loadCliConfig(
  cli: Cli,
  options: GlobalOptions & { readonly tokenRequired: boolean },
): Promise<LoadedConfig & ConfigPlace> {
  const place = await findConfig(cli, options);
  return { ...place, ...loadConfig({ ...place, env: cli.io.env, tokenRequired: options.tokenRequired }) };
}
