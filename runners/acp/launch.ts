import { isAbsolute, join, resolve } from "node:path";
import type { AcpConfig } from "./config.ts";
import type { KnownAgent } from "./known-agents.ts";

/** What to start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface LaunchOptions {
  readonly config: AcpConfig;
  readonly known: KnownAgent | undefined;
  /** Directory that a relative `command` is relative to. */
  readonly configDir: string;
  readonly env: Readonly<Record<string, string>>;
}

export function launchOf({ config, known, configDir, env }: LaunchOptions): Launch {
  const [program, ...args] = config.command;
  return {
    command: resolveProgram(program, configDir, env["HOME"]),
    args,
    env: { ...withoutOuterAgent(env), ...known?.env, ...config.env },
  };
}

/** A name is looked up on PATH by whoever starts it; a path is made absolute here. */
function resolveProgram(program: string, configDir: string, home: string | undefined): string {
  if (program.startsWith("~/") && home !== undefined) return join(home, program.slice(2));
  return program.includes("/") && !isAbsolute(program) ? resolve(configDir, program) : program;
}

/** CLAUDECODE and its like are there when the bot itself was started from inside Claude Code, which then refuses to start. */
function withoutOuterAgent(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const dropped = ["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT"];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.includes(name)));
}
