import type { Run, RunId } from "../domain/run.ts";
import { knownRunner } from "./known-engines.ts";
import { LiveRun } from "./live-run.ts";
import type { EngineSource } from "./ports.ts";
import { type CardDeps, ProgressCard } from "./progress-card.ts";
import type { BridgeSettings } from "./settings.ts";

/** The runs this process answers for, queued ones included, by id. */
export class LiveRuns {
  readonly #deps: CardDeps & { readonly engines: EngineSource; readonly settings: BridgeSettings };
  readonly #runs = new Map<RunId, LiveRun>();

  constructor(deps: CardDeps & { readonly engines: EngineSource; readonly settings: BridgeSettings }) {
    this.#deps = deps;
  }

  /** The live run of a row; made when it is not there yet, with the progress message the journal knows. */
  open(run: Run): LiveRun {
    const known = this.#runs.get(run.id);
    if (known !== undefined) return known;
    const codec = knownRunner(this.#deps.engines, run.engine);
    const { clock, settings } = this.#deps;
    const card = new ProgressCard(this.#deps, run);
    const live = new LiveRun({ run, card, clock, settings, ...(codec && { codec }) });
    this.#runs.set(run.id, live);
    return live;
  }

  find(runId: RunId): LiveRun | undefined {
    return this.#runs.get(runId);
  }

  close(runId: RunId): void {
    this.#runs.delete(runId);
  }

  all(): readonly LiveRun[] {
    return [...this.#runs.values()];
  }
}
