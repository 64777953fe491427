import type { TakopiEvent } from "../domain/event.ts";
import type { Run, RunId } from "../domain/run.ts";
import { initialProgress, type ProgressState, reduce } from "../progress/progress.ts";
import type { ProgressLabel } from "../progress/view.ts";
import type { FollowUp, ResumeCodec } from "../runner/runner.ts";
import { FollowUps } from "./queue/follow-ups.ts";
import type { Clock } from "./ports.ts";
import type { ProgressCard } from "./progress-card.ts";
import { cancelKeyboard, type CardExtras, runCard, type ShownRun } from "./run-messages.ts";
import { coverEvent } from "./secret-cover.ts";
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

/** A run that this process is responsible for, from its receipt to its end: its newest state, what it is told, and how to stop it. */
export class LiveRun {
  readonly card: ProgressCard;
  readonly #parts: LiveRunParts;
  readonly #abort = new AbortController();
  readonly #followUps = new FollowUps();
  #run: Run;
  #progress: ProgressState;
  #stopReason: StopReason | undefined;
  #label: ProgressLabel = "queued";
  #remark: string | undefined;
  #isCatchingUp = false;
  #isLeft = false;
  #waitingCount = 0;
  #waitedUntil = 0;
  #heardAt: number | undefined;

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

  /** Whether this program ends and the next one goes on with the run: nothing of it counts here any more. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Whether it still says again what it had said under an earlier start of this program. */
  get isCatchingUp(): boolean {
    return this.#isCatchingUp;
  }

  /** Whether the engine waits for an answer of the user. */
  get isWaiting(): boolean {
    return this.#waitingCount > 0;
  }

  /** When the engine last waited for the user, in milliseconds since 1970; 0: it has not. */
  get waitedUntil(): number {
    return this.isWaiting ? this.#parts.clock.now() : this.#waitedUntil;
  }

  /** What its progress message says first. */
  get label(): ProgressLabel {
    return this.isWaiting ? "waiting for you" : this.#label;
  }

  /** When the engine last said something, in milliseconds since 1970; undefined before its first word. */
  get heardAt(): number | undefined {
    return this.#heardAt;
  }

  /** The texts sent into this run, for its engine. */
  get followUps(): AsyncIterable<FollowUp> {
    return this.#followUps;
  }

  /** The row as it is after it was started or bound to a session. */
  replaceRun(run: Run): void {
    this.#run = run;
  }

  /** Forgets what a first attempt showed, so that a second one begins clean. */
  restart(run: Run): void {
    this.#run = run;
    this.#progress = initialProgress(run.engine, run.resume);
    this.#isCatchingUp = false;
  }

  apply(event: TakopiEvent): void {
    this.#heardAt = this.#parts.clock.now();
    this.#progress = reduce(this.#progress, coverEvent(this.#parts.settings.secrets, event));
  }

  /** The run began under an earlier start of this program. It says all again that it had said: until `caughtUp` nothing of that is shown. */
  beginCatchUp(): void {
    this.#remark = "Takopi was restarted meanwhile; the run went on";
    this.#isCatchingUp = true;
  }

  caughtUp(): void {
    this.#isCatchingUp = false;
    this.show("working");
  }

  /** Leaves the run to the next start of this program. */
  leave(): void {
    this.#isLeft = true;
  }

  stop(reason: StopReason): void {
    this.#stopReason ??= reason;
    this.#abort.abort(reason);
  }

  /** Gives the engine the prompt of a queued run; `onTaken` is called when it has it. False when it takes no more. */
  steer(runId: RunId, text: string, onTaken: () => void): boolean {
    return this.#followUps.post(runId, text, onTaken);
  }

  /** Ends `followUps`. Returns the runs whose prompts the engine did not take. */
  closeFollowUps(): readonly RunId[] {
    return this.#followUps.close();
  }

  beginWaiting(): void {
    this.#waitingCount += 1;
    this.show(this.#label);
  }

  endWaiting(): void {
    this.#waitingCount -= 1;
    this.#waitedUntil = this.#parts.clock.now();
    this.show(this.#label);
  }

  /** Shows the newest state under a label, by default with the button that stops it. `extras` is asked at every redrawing. */
  show(label: ProgressLabel, extras: () => CardExtras = () => this.#ownExtras()): void {
    this.#label = label;
    if (this.#isCatchingUp) return;
    const shownLabel = this.isWaiting ? "waiting for you" : label;
    this.card.show(() => runCard(this.shown(), shownLabel, extras()));
  }

  shown(): ShownRun {
    const { settings, clock, codec } = this.#parts;
    const { startedAt, finishedAt = clock.now() } = this.#run;
    const elapsedMs = startedAt === undefined ? 0 : finishedAt - startedAt;
    return { run: this.#run, progress: this.#progress, elapsedMs, settings, ...(codec && { codec }) };
  }

  #ownExtras(): CardExtras {
    const note = this.#remark;
    return { keyboard: cancelKeyboard(this.#run.id), ...(note !== undefined && { note }) };
  }
}
