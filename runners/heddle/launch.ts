import { isAbsolute, join, resolve } from "node:path";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { SpawnError, startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
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
  const command = resolveProgram(program, configDir, host.env["HOME"]);
  try {
    const child = await startSubprocess({ command, args, cwd: request.cwd, env: host.env, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    return spawnFailure(error);
  }
}

/** A name is looked up on PATH by whoever starts it; a path is made absolute here. */
function resolveProgram(program: string, configDir: string, home: string | undefined): string {
  if (program.startsWith("~/") && home !== undefined) return join(home, program.slice(2));
  return program.includes("/") && !isAbsolute(program) ? resolve(configDir, program) : program;
}

function spawnFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof SpawnError && error.reason === "not_found";
  return { error: isMissing ? `${message}\nInstall Heddle: ${installHint}` : message };
}
