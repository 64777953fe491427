import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { SpawnError, startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import type { Launch } from "./arguments.ts";
import { installHint } from "./failure.ts";
import type { Failure } from "./state.ts";

/** Starts the CLI for a run and reports it to the host. */
export async function startProgram(launch: Launch, request: RunRequest, host: RunHost): Promise<Subprocess | Failure> {
  try {
    const child = await startSubprocess({ ...launch, cwd: request.cwd, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isMissing = error instanceof SpawnError && error.reason === "not_found";
    return { error: isMissing ? `${message}\nInstall OpenCode: ${installHint}` : message };
  }
}
