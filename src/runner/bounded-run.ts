import { setImmediate } from "node:timers/promises";
import type { TakopiEvent } from "../domain/event.ts";
import type { Runner, RunHost, RunRequest } from "./runner.ts";

/** What a runner did next. `stuck`: it was told to end and did not within its grace. */
export type Step =
  | { readonly kind: "event"; readonly event: TakopiEvent }
  | { readonly kind: "ended" }
  | { readonly kind: "threw"; readonly error: unknown }
  | { readonly kind: "stuck" };

export interface BoundedRunOptions {
  readonly runner: Runner;
  readonly request: RunRequest;
  readonly host: RunHost;
  /** How long the runner may take to end once it was told to, in milliseconds. */
  readonly graceMs: number;
}

/** A runner's run that can be told to end, and that is given up when it does not. Nothing here rejects. */
export class BoundedRun {
  readonly #options: BoundedRunOptions;
  /** Not `AbortSignal.any`: Node 20 keeps such a signal in memory for ever, with the whole run, once a runner forgets a listener on it. */
  readonly #stopper = new AbortController();
  #iterator: AsyncIterator<TakopiEvent> | undefined;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #isLate = false;
  /** Ends the wait that is going on. A race against one long-lived promise would keep every step of a long run in memory. */
  #giveUp: () => void = () => {};

  constructor(options: BoundedRunOptions) {
    this.#options = options;
    const { signal } = options.host;
    if (signal.aborted) this.#stopper.abort(signal.reason);
    else signal.addEventListener("abort", this.#passOn, { once: true });
  }

  /** The next step; the first call starts the runner. Waits for ever, except after an abort. */
  async next(): Promise<Step> {
    const step = await this.#orGiveUp(stepOf(async () => await this.#open().next()));
    this.#isOver = step.kind === "ended" || step.kind === "threw";
    return step;
  }

  /** Resolves when the runner has cleaned up, or was given up. `orderly`: it may go on by itself before it is stopped. */
  async end(orderly: boolean): Promise<void> {
    if (orderly) await this.#drain();
    if (this.#iterator !== undefined && !this.#isOver) await this.#stop(this.#iterator);
    clearTimeout(this.#timer);
    this.#options.host.signal.removeEventListener("abort", this.#passOn);
  }

  async #drain(): Promise<void> {
    this.#startGrace();
    while ((await this.next()).kind === "event") {
      // Without this pause a runner that never stops talking would keep the timer from firing.
      await setImmediate();
    }
  }

  async #stop(iterator: AsyncIterator<TakopiEvent>): Promise<void> {
    this.#stopper.abort();
    const returned = stepOf(async () => (await iterator.return?.()) ?? { done: true, value: undefined });
    this.#startGrace();
    await this.#orGiveUp(returned);
  }

  #open(): AsyncIterator<TakopiEvent> {
    const { runner, request, host } = this.#options;
    this.#iterator ??= runner.run(request, hostWith(this.#stopper.signal, host))[Symbol.asyncIterator]();
    return this.#iterator;
  }

  readonly #passOn = (): void => {
    this.#stopper.abort(this.#options.host.signal.reason);
    this.#startGrace();
  };

  readonly #startGrace = (): void => {
    clearTimeout(this.#timer);
    this.#isLate = false;
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#giveUp();
    }, this.#options.graceMs);
  };

  #orGiveUp(step: Promise<Step>): Promise<Step> {
    if (this.#isLate) return Promise.resolve({ kind: "stuck" });
    return new Promise((resolve) => {
      this.#giveUp = () => resolve({ kind: "stuck" });
      void step.then(resolve);
    });
  }
}

async function stepOf(next: () => Promise<IteratorResult<TakopiEvent, unknown>>): Promise<Step> {
  try {
    const result = await next();
    return result.done === true ? { kind: "ended" } : { kind: "event", event: result.value };
  } catch (error) {
    return { kind: "threw", error };
  }
}

/** Written out, because a host may be an instance whose methods a spread would lose. */
function hostWith(signal: AbortSignal, host: RunHost): RunHost {
  return {
    signal,
    env: host.env,
    followUps: host.followUps,
    decide: (request, withdrawn) => host.decide(request, withdrawn),
    answerTaken: (requestId) => host.answerTaken(requestId),
    history: () => host.history(),
    caughtUp: () => host.caughtUp(),
    processStarted: (process) => host.processStarted(process),
  };
}
