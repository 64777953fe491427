import { isAbsolute, join, resolve } from "node:path";
import type { HappiConfig } from "./config.ts";

/** What to start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface LaunchOptions {
  readonly config: HappiConfig;
  /** Directory that a relative path of the program is relative to. */
  readonly configDir: string;
  readonly env: Readonly<Record<string, string>>;
}

export function launchOf({ config, configDir, env }: LaunchOptions): Launch {
  const [program, ...args] = config.command.map((word) => inHome(word, env["HOME"]));
  return { command: resolveProgram(program ?? "", configDir), args, env: { ...env, ...config.env } };
}

/** No shell reads the command. */
function inHome(word: string, home: string | undefined): string {
  return word.startsWith("~/") && home !== undefined ? join(home, word.slice(2)) : word;
}

/** A name is looked up on PATH by whoever starts it; a path is made absolute here. */
function resolveProgram(program: string, configDir: string): string {
  return program.includes("/") && !isAbsolute(program) ? resolve(configDir, program) : program;
}
