import { join } from "node:path";
import type { ProgramLaunch } from "../../src/runner/open-program.ts";
import { resolveProgram } from "../../src/runner/program.ts";
import type { HappiConfig } from "./config.ts";

export interface LaunchOptions {
  readonly config: HappiConfig;
  /** Directory that a relative path of the program is relative to. */
  readonly configDir: string;
  readonly env: Readonly<Record<string, string>>;
}

export function launchOf({ config, configDir, env }: LaunchOptions): ProgramLaunch {
  const home = env["HOME"];
  const [program, ...args] = config.command.map((word) => inHome(word, home));
  return { command: resolveProgram(program ?? "", { configDir, home }), args, env: { ...env, ...config.env } };
}

/** No shell reads the command. */
function inHome(word: string, home: string | undefined): string {
  return word.startsWith("~/") && home !== undefined ? join(home, word.slice(2)) : word;
}
