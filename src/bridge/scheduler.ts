import type { Run, RunId } from "../domain/run.ts";
import { type RunDeps, runSession } from "./run-session.ts";
import { showQueued } from "./queue-card.ts";

/**
 * Starts queued runs: one at a time per session key, oldest first, at most `maxParallelRuns` together. The journal is the queue;
 * this class only remembers which runs it has under way.
 */
export class Scheduler {
  readonly #deps: RunDeps;
  readonly #underWay = new Map<RunId, Promise<void>>();
  #isOpen = false;
  #cancelTimer: (() => void) | undefined;

  constructor(deps: RunDeps) {
    this.#deps = deps;
  }

  /** Runs may start from now on, those left from before included. */
  open(): void {
    this.#isOpen = true;
    for (const run of this.#deps.store.runsInState(["queued"])) showQueued(this.#deps, this.#deps.lives.open(run));
    this.wake();
  }

  /** Starts what may start. Call it whenever a run was accepted, released or ended. */
  wake(): void {
    if (!this.#isOpen) return;
    this.#cancelTimer?.();
    const now = this.#deps.clock.now();
    for (const run of this.#deps.store.runnableRuns(now)) {
      if (this.#underWay.size >= this.#deps.settings.maxParallelRuns) return;
      if (!this.#underWay.has(run.id)) this.#start(run, now);
    }
    const dueAt = this.#deps.store.nextDueAt(now);
    if (dueAt !== undefined) this.#cancelTimer = this.#deps.clock.setTimer(dueAt - now, () => this.wake());
  }

  /** Starts nothing any more, stops what runs, and resolves when all of it has ended. */
  async drain(): Promise<void> {
    this.#isOpen = false;
    this.#cancelTimer?.();
    for (const runId of this.#underWay.keys()) this.#deps.lives.find(runId)?.stop("shutdown");
    await Promise.all(this.#underWay.values());
  }

  #start(run: Run, startedAt: number): void {
    if (!this.#deps.store.startRun(run.id, startedAt)) return;
    const live = this.#deps.lives.open(run);
    live.replaceRun({ ...run, state: "running", startedAt });
    const ended = runSession(this.#deps, live)
      .catch((error: unknown) => this.#deps.log.error("a run broke", { run: run.id, error }))
      .finally(() => {
        this.#underWay.delete(run.id);
        this.#deps.lives.close(run.id);
        this.wake();
      });
    this.#underWay.set(run.id, ended);
  }
}
