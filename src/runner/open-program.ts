import { attachRecorded, type RecordedSubprocess, startRecorded } from "../wire/recorded-subprocess.ts";
import { startSubprocess, type Subprocess, type SubprocessRequest } from "../wire/subprocess.ts";
import type { RunHost, RunRequest } from "./runner.ts";

/** The engine's program of one run: just started, or taken up from an earlier program. */
export interface OpenedProgram extends Pick<
  RecordedSubprocess,
  "told" | "toldAfter" | "notes" | "caughtUp" | "isLost" | "giveUp"
> {
  readonly child: Subprocess;
  readonly isTakenUp: boolean;
}

/** What to start; the rest is the same for every engine. */
export type ProgramLaunch = Pick<SubprocessRequest, "command" | "args" | "env">;

/**
 * The engine's program for a run: started, with its input and output in the run's record if it has one, or taken up from there. Nothing
 * is written to it: when `told` is empty, it has not even got the prompt. Reports the process to the host; that a run which was taken
 * up has caught up is for the caller to report. Throws `SpawnError` when the program can't be started.
 *
 * @example
 * const { child, told, caughtUp, isTakenUp } = await openProgram(launch, request, host);
 * if (told.length === 0) void child.write(request.prompt);
 * if (isTakenUp) void caughtUp.then(() => host.caughtUp());
 */
export async function openProgram(launch: ProgramLaunch, request: RunRequest, host: RunHost): Promise<OpenedProgram> {
  const child = await open(launch, request);
  host.processStarted(child.identity);
  const isTakenUp = request.record?.isTakenUp === true;
  if (!isRecorded(child)) return { child, isTakenUp, ...unrecorded };
  // Noted at once: a run that is being ended is not to be taken up again when this program dies over it.
  host.signal.addEventListener("abort", () => child.giveUp(), { once: true });
  if (host.signal.aborted) child.giveUp();
  const { told, toldAfter, notes, caughtUp } = child;
  const [isLost, giveUp] = [() => child.isLost(), () => child.giveUp()];
  return { child, isTakenUp, told, toldAfter, notes, caughtUp, isLost, giveUp };
}

/** Nobody can take it up. */
const unrecorded: Omit<OpenedProgram, "child" | "isTakenUp"> = {
  told: [],
  toldAfter: [],
  notes: { write: () => {}, read: () => undefined },
  caughtUp: Promise.resolve(),
  isLost: () => false,
  giveUp: () => {},
};

/** Whether the run was cancelled while nothing of it was there: one that was taken up has a program to be ended. */
export function isCancelledEarly({ record }: RunRequest, { signal }: Pick<RunHost, "signal">): boolean {
  return signal.aborted && record?.isTakenUp !== true;
}

async function open(launch: ProgramLaunch, request: RunRequest): Promise<Subprocess | RecordedSubprocess> {
  const { runId, cwd, record } = request;
  if (record?.isTakenUp === true) return attachRecorded(runId, record.directory);
  const start = { ...launch, cwd, runId };
  const recorded = record === undefined ? undefined : await startRecorded(start, record.directory);
  return recorded ?? (await startSubprocess(start));
}

function isRecorded(child: Subprocess | RecordedSubprocess): child is RecordedSubprocess {
  return "giveUp" in child;
}
