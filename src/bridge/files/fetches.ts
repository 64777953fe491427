import type { Run, RunId } from "../../domain/run.ts";
import type { Deliveries } from "../deliveries.ts";
import type { LiveRuns } from "../live-runs.ts";
import type { Clock, EngineSource, Files, Log } from "../ports.ts";
import { showQueued } from "../queue/queue-card.ts";
import { describeEnding } from "../run-ending.ts";
import type { Store } from "../store-port.ts";
import { untilWritten } from "../until-written.ts";
import { fetchPatiently } from "./fetch-patiently.ts";
import { missingNotice, nothingFetched } from "./file-words.ts";
import type { FileOutcome, RunFile } from "./file-store.ts";

export interface FetchDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Files;
  readonly engines: EngineSource;
  readonly lives: LiveRuns;
  readonly deliveries: Deliveries;
}

/** Files of one run that are fetched at the same time. */
const AT_ONCE = 3;
/** After a fault of the program itself. */
const RETRY_MS = 1_000;

interface Fetch {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Brings the files of queued runs onto the disk. A run waits in its place until each of its files is there or given up, so that a crash
 * meanwhile costs nothing: the next start fetches what is missing. What could not be had is said in the chat; where that is all of it,
 * nothing starts.
 */
export class Fetches {
  readonly #deps: FetchDeps;
  readonly #onFetched: () => void;
  readonly #underWay = new Map<RunId, Fetch>();

  /** `onFetched`: a run that waited for its files may start now, or has ended. */
  constructor(deps: FetchDeps, onFetched: () => void) {
    this.#deps = deps;
    this.#onFetched = onFetched;
  }

  /** Begins with what is to be fetched and is not on its way. */
  wake(): void {
    for (const run of this.#deps.store.runsToFetch()) {
      if (!this.#underWay.has(run.id)) this.#begin(run);
    }
  }

  /** Gives up what is on its way, until the next start. Resolves when nothing is. */
  async stop(): Promise<void> {
    const fetches = [...this.#underWay.values()];
    for (const { abort } of fetches) abort.abort();
    await Promise.all(fetches.map(({ ended }) => ended));
  }

  #begin(run: Run): void {
    const { lives, log, clock } = this.#deps;
    const live = lives.open(run);
    showQueued(this.#deps, live);
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, live.signal]);
    const ended = this.#fetchAll(run, signal)
      .catch(async (error: unknown) => {
        log.error("the files of a run were not fetched; trying again", { run: run.id, error });
        await new Promise<void>((resolve) => clock.setTimer(RETRY_MS, resolve));
      })
      .finally(() => {
        this.#underWay.delete(run.id);
        // Also when it was dropped: others may have waited behind it.
        if (!abort.signal.aborted) this.#onFetched();
      });
    this.#underWay.set(run.id, { abort, ended });
  }

  async #fetchAll(run: Run, signal: AbortSignal): Promise<void> {
    const files = [...this.#deps.store.filesOf(run.id)];
    const missing = [...files.entries()].filter(([, { outcome }]) => outcome === undefined);
    const fetchNext = async (): Promise<void> => {
      for (let next = missing.shift(); next !== undefined; next = missing.shift()) {
        const [position, { file }] = next;
        const outcome = await fetchPatiently(this.#deps, { run, file, position }, signal);
        if (outcome === undefined || signal.aborted) return;
        files[position] = { file, outcome };
        await this.#record(run, { position, outcome, files });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
  }

  /** The last outcome is written together with what follows from all of them. */
  async #record(
    run: Run,
    { position, outcome, files }: { position: number; outcome: FileOutcome; files: readonly RunFile[] },
  ): Promise<void> {
    const { store, deliveries } = this.#deps;
    const isLast = files.every((file) => file.outcome !== undefined);
    if (isLast && files.every((file) => file.outcome?.kind === "failed")) return await this.#giveUp(run, files);
    const outbox = isLast ? missingNotice(run, files) : [];
    await untilWritten(this.#deps, () => store.recordFile({ runId: run.id, position }, outcome, outbox));
    if (outbox.length > 0) deliveries.wake();
  }

  async #giveUp({ id: runId, engine }: Run, files: readonly RunFile[]): Promise<void> {
    const { store, lives, deliveries, clock } = this.#deps;
    const live = lives.find(runId);
    if (live === undefined) return;
    const completed = { type: "completed", engine, ok: false, answer: "", error: nothingFetched(files) } as const;
    const ending = describeEnding(live, { completed, notices: [], finishedAt: clock.now() });
    await untilWritten(this.#deps, () => store.endRun(ending));
    lives.close(runId);
    deliveries.wake();
  }
}
