import type { Run, RunId } from "../domain/run.ts";
import type { RunRequest } from "../runner/runner.ts";
import { Fetches } from "./files/fetches.ts";
import type { LiveRun } from "./live-run.ts";
import { type RunDeps, runSession } from "./run-session.ts";
import { showQueued } from "./queue/queue-card.ts";

const RETRY_MS = 1_000;

/**
 * Starts queued runs: one at a time per session key, oldest first, at most `maxParallelRuns` together. The journal is the queue;
 * this class only remembers which runs it has under way.
 */
export class Scheduler {
  readonly #deps: RunDeps;
  readonly #underWay = new Map<RunId, Promise<void>>();
  readonly #fetches: Fetches;
  #isOpen = false;
  #cancelTimer: (() => void) | undefined;

  constructor(deps: RunDeps) {
    this.#deps = deps;
    this.#fetches = new Fetches(deps, () => this.wake());
  }

  /** Runs may start from now on, those left from before included. */
  open(): void {
    this.#isOpen = true;
    const { store, lives } = this.#deps;
    const passedOn = new Set(
      store.runsInState(["running"]).flatMap(({ id }) => store.steeredInto(id).map((run) => run.id)),
    );
    const waiting = store.runsInState(["queued"]).filter(({ id }) => !passedOn.has(id));
    for (const run of waiting) showQueued(this.#deps, lives.open(run));
    this.wake();
  }

  /**
   * Starts what may start. Call it whenever a run was accepted, released or ended. Never throws: who accepted a run has done its part, and
   * where the start can't be written it is tried again.
   */
  wake(): void {
    if (!this.#isOpen) return;
    this.#cancelTimer?.();
    try {
      this.#fetches.wake();
      this.#startRunnable(this.#deps.clock.now());
    } catch (error) {
      this.#deps.log.error("runs can't be started; trying again", { error });
      this.#wakeIn(RETRY_MS);
    }
  }

  /** Goes on with a run that an earlier start of this program began. */
  takeUp(live: LiveRun, request: RunRequest): void {
    this.#carry(live, request);
  }

  /**
   * Starts nothing any more, stops what runs, and resolves when all of it has ended. With `keepRuns` those that survive are left to the
   * next start of this program.
   */
  async drain({ keepRuns = false }: { readonly keepRuns?: boolean } = {}): Promise<void> {
    this.#isOpen = false;
    this.#cancelTimer?.();
    const { lives, records } = this.#deps;
    const ending = [...this.#underWay].filter(([runId]) => !keepRuns || records.find(runId) === undefined);
    const isEnding = new Set(ending.map(([runId]) => runId));
    for (const runId of this.#underWay.keys()) {
      if (isEnding.has(runId)) lives.find(runId)?.stop("shutdown");
      else lives.find(runId)?.leave();
    }
    await Promise.all([this.#fetches.stop(), ...ending.map(([, ended]) => ended)]);
  }

  #startRunnable(now: number): void {
    for (const run of this.#deps.store.runnableRuns(now)) {
      if (this.#underWay.size >= this.#deps.settings.maxParallelRuns) return;
      if (!this.#underWay.has(run.id)) this.#start(run, now);
    }
    const dueAt = this.#deps.store.nextDueAt(now);
    if (dueAt !== undefined) this.#wakeIn(dueAt - now);
  }

  #wakeIn(delayMs: number): void {
    this.#cancelTimer = this.#deps.clock.setTimer(delayMs, () => this.wake());
  }

  #start(run: Run, startedAt: number): void {
    if (!this.#deps.store.startRun(run.id, startedAt)) return;
    const live = this.#deps.lives.open(run);
    live.replaceRun({ ...run, state: "running", startedAt });
    this.#carry(live);
  }

  #carry(live: LiveRun, takenUp?: RunRequest): void {
    const { run } = live;
    const ended = runSession(this.#deps, live, takenUp)
      .catch((error: unknown) => this.#deps.log.error("a run broke", { run: run.id, error }))
      .finally(() => {
        this.#underWay.delete(run.id);
        this.#deps.lives.close(run.id);
        this.wake();
      });
    this.#underWay.set(run.id, ended);
  }
}
