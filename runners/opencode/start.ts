import type { ProcessIdentity } from "../../src/domain/process.ts";
import { SpawnError, startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import type { Launch } from "./arguments.ts";
import { installHint } from "./failure.ts";
import type { Failure } from "./state.ts";

/** Where a program works, and whom its processes belong to. */
export interface Place {
  /** Absolute. */
  readonly cwd: string;
  readonly runId: string;
}

/** Starts the CLI and reports it as soon as it exists. */
export async function startProgram(
  launch: Launch,
  { cwd, runId }: Place,
  started: (process: ProcessIdentity) => void = () => {},
): Promise<Subprocess | Failure> {
  try {
    const child = await startSubprocess({ ...launch, cwd, runId });
    started(child.identity);
    return child;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isMissing = error instanceof SpawnError && error.reason === "not_found";
    return { error: isMissing ? `${message}\nInstall OpenCode: ${installHint}` : message };
  }
}
