import { resolveProgram, spawnFailure } from "../../src/runner/program.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import type { HeddleConfig } from "./config.ts";
import { installHint, type Failure } from "./failure.ts";

export interface LaunchOptions {
  readonly config: HeddleConfig;
  /** Directory that a relative `command` is relative to. */
  readonly configDir: string;
}

/** Starts the program in the run's directory, which the protocol has no word for. */
export async function launch(
  request: RunRequest,
  host: RunHost,
  { config, configDir }: LaunchOptions,
): Promise<Subprocess | Failure> {
  const [program, ...args] = config.command;
  const command = resolveProgram(program, { configDir, home: host.env["HOME"] });
  try {
    const child = await startSubprocess({ command, args, cwd: request.cwd, env: host.env, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    return spawnFailure(error, `Install Heddle: ${installHint}`);
  }
}
