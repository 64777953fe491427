import type { CliIo, StopKind } from "./cli.ts";
import type { ExitCode } from "./cli-error.ts";

/** What is started, runs, and can be asked to stop. */
export interface Stoppable {
  readonly finished: Promise<void>;
  stop(options?: { readonly keepRuns?: boolean }): Promise<void>;
}

/** A service manager loses patience soon after that; everything accepted is in the journal anyway. */
const STOP_LIMIT_MS = 10_000;

/**
 * Starts it and resolves with the exit code when it has ended: by itself, or because of a signal. The first signal asks it to stop
 * and waits at most ten seconds; a second one does not wait. Before a restart, runs that survive it are left alone. Rejects when it can't
 * start or can't go on.
 */
export async function runUntilStopped<Running extends Stoppable>(
  io: Pick<CliIo, "onStopSignal">,
  start: () => Promise<Running>,
  onStarted: (running: Running) => void,
): Promise<ExitCode> {
  const signals = new StopSignals();
  const unlisten = io.onStopSignal((kind) => signals.next(kind));
  try {
    const running = await Promise.race([start(), signals.first]);
    // Asked before it ran: nothing was accepted, so there is nothing to wait for.
    if (running === "first") return 0;
    onStarted(running);
    const ending = await Promise.race([endedByItself(running), signals.first]);
    if (ending !== "first") return 0;
    return (await Promise.race([stopInTime(running, signals.isRestart), signals.second])) === "second" ? 130 : 0;
  } finally {
    unlisten();
  }
}

/** What can't go on is stopped in order before the reason is told: its runs must not be left behind. */
async function endedByItself(running: Stoppable): Promise<void> {
  try {
    await running.finished;
  } catch (error) {
    await stopInTime(running);
    throw error;
  }
}

class StopSignals {
  readonly first: Promise<"first">;
  readonly second: Promise<"second">;
  isRestart = false;
  readonly #waiting: (() => void)[] = [];

  constructor() {
    this.first = new Promise((resolve) => this.#waiting.push(() => resolve("first")));
    this.second = new Promise((resolve) => this.#waiting.push(() => resolve("second")));
  }

  next(kind?: StopKind): void {
    this.isRestart = kind === "restart";
    this.#waiting.shift()?.();
  }
}

async function stopInTime(running: Stoppable, keepRuns = false): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_LIMIT_MS);
  });
  try {
    await Promise.race([running.stop({ keepRuns }), limit]);
  } finally {
    clearTimeout(timer);
  }
}
