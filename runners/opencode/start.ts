import type { ProcessIdentity } from "../../src/domain/process.ts";
import type { ProgramLaunch } from "../../src/runner/open-program.ts";
import { spawnFailure } from "../../src/runner/program.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
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
  launch: ProgramLaunch,
  { cwd, runId }: Place,
  started: (process: ProcessIdentity) => void = () => {},
): Promise<Subprocess | Failure> {
  return await unlessMissing(async () => {
    const child = await startSubprocess({ ...launch, cwd, runId });
    started(child.identity);
    return child;
  });
}

/** What `start` gives, or why it could not start the CLI. */
export async function unlessMissing<Started>(start: () => Promise<Started>): Promise<Started | Failure> {
  try {
    return await start();
  } catch (error) {
    return spawnFailure(error, `Install OpenCode: ${installHint}`);
  }
}
