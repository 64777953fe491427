import { isAbsolute, join, resolve } from "node:path";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { CodexConfig } from "./config.ts";
import { isImage } from "./prompt.ts";

/** What to start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface LaunchOptions {
  readonly config: CodexConfig;
  /** Directory that a relative `command` is relative to. */
  readonly configDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The app-server gets all it needs to know over its protocol. */
export function launchAppServer(options: LaunchOptions): Launch {
  return launchOf(options, [...options.config.extra_args, "app-server"]);
}

/**
 * `codex exec`, with the prompt on stdin, where it may look as it likes. Options stand before `resume`, which knows few of them, and
 * values are joined to their flags: `--image` would take the `-` behind it for another file.
 */
export function launchExec(request: RunRequest, options: LaunchOptions): Launch {
  const { config } = options;
  const { resume, attachments } = request;
  const effort = request.options.effort ?? config.effort;
  return launchOf(options, [
    ...config.extra_args,
    ...valued("--profile", config.profile),
    ...valued("--model", request.options.model ?? config.model),
    ...(effort === undefined ? [] : ["-c", `model_reasoning_effort=${JSON.stringify(effort)}`]),
    "exec",
    "--json",
    "--skip-git-repo-check",
    "--color=never",
    ...valued("--sandbox", config.sandbox),
    ...(resume === undefined ? [] : ["resume"]),
    ...attachments.filter(isImage).map(({ path }) => `--image=${path}`),
    ...(resume === undefined ? [] : [resume.value]),
    "-",
  ]);
}

function launchOf({ config, configDir, env }: LaunchOptions, args: readonly string[]): Launch {
  const [program, ...prefix] = config.command;
  return {
    command: resolveProgram(program, configDir, env["HOME"]),
    args: [...prefix, ...args],
    env: withoutOuterCodex(env),
  };
}

function valued(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${flag}=${value}`];
}

/** A name is looked up on PATH by whoever starts it; a path is made absolute here. */
function resolveProgram(program: string, configDir: string, home: string | undefined): string {
  if (program.startsWith("~/") && home !== undefined) return join(home, program.slice(2));
  return program.includes("/") && !isAbsolute(program) ? resolve(configDir, program) : program;
}

/** There when the bot itself was started from inside Codex. */
function withoutOuterCodex(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const dropped = ["CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED", "CODEX_THREAD_ID"];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.includes(name)));
}
