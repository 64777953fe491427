import type { ProgramLaunch } from "../../src/runner/open-program.ts";
import { resolveProgram } from "../../src/runner/program.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { ClaudeConfig } from "./config.ts";

export interface LaunchOptions {
  readonly config: ClaudeConfig;
  /** Directory that a relative `command` is relative to. */
  readonly configDir: string;
  readonly env: Readonly<Record<string, string>>;
}

export function launchOf(request: RunRequest, { config, configDir, env }: LaunchOptions): ProgramLaunch {
  const [program, ...prefix] = config.command;
  return {
    command: resolveProgram(program, { configDir, home: env["HOME"] }),
    args: [...prefix, ...argumentsOf(request, config)],
    env: childEnv(env, config),
  };
}

/**
 * Values are joined to their flags with `=`, so that none of them can be read as a flag. The prompt is not here: it goes over stdin,
 * where it may look as it likes.
 */
function argumentsOf({ resume, options }: RunRequest, config: ClaudeConfig): readonly string[] {
  const model = options.model ?? config.model;
  const effort = options.effort ?? config.effort;
  return [
    "-p",
    "--input-format=stream-json",
    "--output-format=stream-json",
    "--verbose",
    "--permission-prompt-tool=stdio",
    // Tells when the model gets what the user sends during the run.
    "--replay-user-messages",
    ...valued("--resume", resume?.value),
    ...valued("--model", model),
    ...valued("--effort", effort),
    ...valued("--allowedTools", config.allowed_tools.length === 0 ? undefined : config.allowed_tools.join(",")),
    ...valued("--append-system-prompt", config.append_system_prompt),
    ...(options.plan === true ? planArguments(config) : modeArguments(config)),
  ];
}

function modeArguments(config: ClaudeConfig): readonly string[] {
  return [
    ...valued("--permission-mode", config.permission_mode),
    ...(config.dangerously_skip_permissions ? [skipPermissions] : []),
    ...config.extra_args,
  ];
}

/** The mode comes last: the last one counts. Next to the flag that skips permissions it would not count at all. */
function planArguments(config: ClaudeConfig): readonly string[] {
  return [
    ...config.extra_args.filter((arg) => arg !== skipPermissions),
    ...(modeAfterPlan(config) === "bypassPermissions" ? ["--allow-dangerously-skip-permissions"] : []),
    "--permission-mode=plan",
  ];
}

const skipPermissions = "--dangerously-skip-permissions";

/** The mode in which an approved plan is worked out: what runs without a plan have. Absent: the CLI's own default. */
export function modeAfterPlan(config: ClaudeConfig): string | undefined {
  if (config.dangerously_skip_permissions || config.extra_args.includes(skipPermissions)) return "bypassPermissions";
  return config.permission_mode === "plan" ? undefined : config.permission_mode;
}

function valued(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${flag}=${value}`];
}

/** CLAUDECODE and its like are there when the bot itself was started from inside Claude Code. */
function childEnv(env: Readonly<Record<string, string>>, config: ClaudeConfig): Readonly<Record<string, string>> {
  const dropped = ["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT"];
  if (!config.use_api_billing) dropped.push("ANTHROPIC_API_KEY");
  return Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.includes(name)));
}
