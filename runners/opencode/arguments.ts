import type { ProgramLaunch } from "../../src/runner/open-program.ts";
import { resolveProgram } from "../../src/runner/program.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { OpencodeConfig } from "./config.ts";

export interface LaunchOptions {
  readonly config: OpencodeConfig;
  /** Directory that a relative `command` is relative to. */
  readonly configDir: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface ServeOptions extends LaunchOptions {
  readonly password: string;
  /** The agent `plan` may ask for approval of its plan: an experiment of the engine, which it offers to its own CLI alone (1.18.33). */
  readonly asksForPlans?: boolean;
}

/** The server: on this machine alone, on a free port, behind a password. The flags win over the `server` of the user's own config. */
export function serveLaunch(options: ServeOptions): ProgramLaunch {
  const { config, password, asksForPlans = false } = options;
  const args = ["serve", "--hostname=127.0.0.1", "--port=0", "--mdns=false", ...config.extra_args];
  const secrets = { OPENCODE_SERVER_USERNAME: "opencode", OPENCODE_SERVER_PASSWORD: password };
  const plans = asksForPlans ? { OPENCODE_EXPERIMENTAL_PLAN_MODE: "1", OPENCODE_CLIENT: "cli" } : {};
  return launch(options, args, { ...secrets, ...plans });
}

/**
 * Values are joined to their flags with `=`, so that none of them can be read as a flag. The prompt is not here: it goes over stdin,
 * where it may look as it likes.
 */
export function runLaunch(request: RunRequest, options: LaunchOptions): ProgramLaunch {
  const { config } = options;
  const args = [
    "run",
    "--format=json",
    "--thinking",
    ...valued("--session", request.resume?.value),
    ...valued("--model", request.options.model ?? config.model),
    ...valued("--variant", request.options.effort),
    ...valued("--agent", config.agent),
    ...request.attachments.map(({ path }) => `--file=${path}`),
    ...config.extra_args,
  ];
  return launch(options, args, {});
}

function launch(
  options: LaunchOptions,
  args: readonly string[],
  ownEnv: Readonly<Record<string, string>>,
): ProgramLaunch {
  const { config, configDir, env } = options;
  const [program, ...prefix] = config.command;
  return {
    command: resolveProgram(program, { configDir, home: env["HOME"] }),
    args: [...prefix, ...args],
    // An update in the middle of a run would replace the program that runs.
    env: { OPENCODE_DISABLE_AUTOUPDATE: "1", ...env, ...ownEnv },
  };
}

function valued(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${flag}=${value}`];
}
