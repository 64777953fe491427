import type { TakopiEvent } from "../domain/event.ts";
import type { Run } from "../domain/run.ts";
import { initialProgress, type ProgressState, reduce } from "../progress/progress.ts";
import type { ProgressLabel } from "../progress/view.ts";
import type { ResumeCodec } from "../runner/runner.ts";
import type { Clock } from "./ports.ts";
import type { Keyboard } from "./chat-port.ts";
import type { ProgressCard } from "./progress-card.ts";
import { cancelKeyboard, runCard, type ShownRun } from "./run-messages.ts";
import type { BridgeSettings } from "./settings.ts";

/** Why a run is being stopped. `cancelled`: the user said so. `shutdown`: the bot ends. */
export type StopReason = "cancelled" | "shutdown";

export interface LiveRunParts {
  readonly run: Run;
  readonly card: ProgressCard;
  readonly settings: BridgeSettings;
  readonly clock: Clock;
  readonly codec?: ResumeCodec;
}

/** A run that this process is responsible for, from its receipt to its end: its newest state and how to stop it. */
export class LiveRun {
  readonly card: ProgressCard;
  readonly #parts: LiveRunParts;
  readonly #abort = new AbortController();
  #run: Run;
  #progress: ProgressState;
  #stopReason: StopReason | undefined;

  constructor(parts: LiveRunParts) {
    this.#parts = parts;
    this.card = parts.card;
    this.#run = parts.run;
    this.#progress = initialProgress(parts.run.engine, parts.run.resume);
  }

  get run(): Run {
    return this.#run;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stopReason(): StopReason | undefined {
    return this.#stopReason;
  }

  /** The row as it is after it was started or bound to a session. */
  replaceRun(run: Run): void {
    this.#run = run;
  }

  /** Forgets what a first attempt showed, so that a second one begins clean. */
  restart(run: Run): void {
    this.#run = run;
    this.#progress = initialProgress(run.engine, run.resume);
  }

  apply(event: TakopiEvent): void {
    this.#progress = reduce(this.#progress, event);
  }

  stop(reason: StopReason): void {
    this.#stopReason ??= reason;
    this.#abort.abort(reason);
  }

  /** Shows the newest state under a label, with the button that stops it. */
  show(label: ProgressLabel, keyboard: Keyboard = cancelKeyboard(this.#run.id)): void {
    this.card.show(() => runCard(this.shown(), label, keyboard));
  }

  shown(): ShownRun {
    const { settings, clock, codec } = this.#parts;
    const { startedAt, finishedAt = clock.now() } = this.#run;
    const elapsedMs = startedAt === undefined ? 0 : finishedAt - startedAt;
    return { run: this.#run, progress: this.#progress, elapsedMs, settings, ...(codec && { codec }) };
  }
}
