import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProgramLaunch } from "../../src/runner/open-program.ts";
import { resolveProgram } from "../../src/runner/program.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { PiConfig } from "./config.ts";
import { gateVariable } from "./gate.ts";

export interface LaunchOptions {
  readonly config: PiConfig;
  /** Directory that a relative `command` is relative to. */
  readonly configDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Images that go along as arguments; only in print mode. */
  readonly imagePaths: readonly string[];
}

export function launchOf(request: RunRequest, options: LaunchOptions): ProgramLaunch {
  const { config, configDir, env } = options;
  const [program, ...prefix] = config.command;
  return {
    command: resolveProgram(program, { configDir, home: env["HOME"] }),
    args: [...prefix, ...argumentsOf(request, options)],
    env: childEnv(env, config),
  };
}

/** A session that is named by its file, as `pi --session` also takes it; `undefined` for an id. */
export function sessionFile(
  value: string,
  { cwd, home }: { cwd: string; home: string | undefined },
): string | undefined {
  if (value.startsWith("~/") && home !== undefined) return join(home, value.slice(2));
  return value.includes("/") || value.endsWith(".jsonl") ? resolve(cwd, value) : undefined;
}

/**
 * Pi takes whatever follows a flag as its value, so that no value becomes a flag. The prompt is not here: it goes over stdin, where
 * it may begin with `-` or `@`. Of flags that come twice the last one counts, which is ours.
 */
function argumentsOf(
  { resume, cwd, options }: RunRequest,
  { config, env, imagePaths }: LaunchOptions,
): readonly string[] {
  const session = resume && (sessionFile(resume.value, { cwd, home: env["HOME"] }) ?? resume.value);
  return [
    ...config.extra_args,
    ...(config.mode === "rpc" ? ["--mode", "rpc"] : ["--print", "--mode", "json"]),
    ...valued("--provider", config.provider),
    ...valued("--model", options.model ?? config.model),
    ...valued("--thinking", options.effort ?? config.effort ?? config.thinking),
    ...valued("--session", session),
    ...valued("--extension", config.ask_before.length === 0 ? undefined : gateFile()),
    ...imagePaths.map((path) => `@${path}`),
  ];
}

function valued(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [flag, value];
}

/** Beside this file, with its extension: TypeScript in the sources, JavaScript once built. Pi loads both. */
function gateFile(): string {
  return fileURLToPath(new URL(`gate${extname(import.meta.url)}`, import.meta.url));
}

function childEnv(env: Readonly<Record<string, string>>, { ask_before }: PiConfig): Readonly<Record<string, string>> {
  const gate = ask_before.length === 0 ? {} : { [gateVariable]: ask_before.join(",") };
  return { NO_COLOR: "1", CI: "1", ...env, ...gate };
}
