import type { TakopiEvent } from "../../src/domain/event.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import { complete } from "./complete.ts";
import { cancelled, exitFailure, silenceFailure, type Failure } from "./failure.ts";
import type { WorkerMessage } from "./messages.ts";
import type { Patience } from "./patience.ts";
import { cancelRequest, sendRequest } from "./requests.ts";
import type { RunState, Step } from "./state.ts";
import { translate, translateMalformed, translateOversize } from "./translate.ts";
import type { News, Worker } from "./worker.ts";

export interface ExchangeOptions {
  readonly worker: Worker;
  readonly signal: AbortSignal;
  readonly state: RunState;
  readonly patience: Patience;
}

/** `silent`: no sign of life for too long. `deaf`: a cancel was not answered in time. */
type Signal = News | { readonly kind: "silent" } | { readonly kind: "deaf" };

/** The worker is looked after this often within the time it may be silent: a stall of this process must not count for all of it. */
const looksPerSilence = 5;

/** One send, not cancelled yet, and what the worker says until its result. */
export class Exchange {
  readonly #worker: Worker;
  readonly #signal: AbortSignal;
  readonly #patience: Patience;
  readonly #signals = new Mailbox<Signal>();
  readonly #unlisten: () => void;
  readonly #watch: NodeJS.Timeout;
  #state: RunState;
  #deafTimer: NodeJS.Timeout | undefined;
  /** What ended the run in place of a result. */
  #loss: Exclude<Signal["kind"], "line"> | undefined;
  #quietLooks = 0;
  #isCancelled = false;

  constructor({ worker, signal, state, patience }: ExchangeOptions) {
    this.#worker = worker;
    this.#signal = signal;
    this.#state = state;
    this.#patience = patience;
    this.#unlisten = worker.listen((news) => {
      this.#quietLooks = 0;
      this.#signals.post(news);
    });
    this.#watch = setInterval(() => this.#look(), worker.silenceMs / looksPerSilence);
  }

  /** Gives the prompt and yields the events of the run, `completed` last. */
  async *hold(message: string): AsyncGenerator<TakopiEvent, void, undefined> {
    this.#worker.tell(sendRequest(this.#state.sendId, message));
    this.#signal.addEventListener("abort", this.#cancel, { once: true });
    while (!this.#isOver()) yield* await this.#next();
    yield* complete(this.#state, await this.#failure());
  }

  /** Waits until the worker is through with the send, and tells whether it can take another. If not, it has been ended. */
  async close(): Promise<boolean> {
    if (!this.#isOver()) this.#cancel();
    while (!this.#isOver()) await this.#next();
    this.#signal.removeEventListener("abort", this.#cancel);
    clearInterval(this.#watch);
    clearTimeout(this.#deafTimer);
    this.#unlisten();
    if (await this.#isReusable()) return true;
    await (this.#isHearing() ? this.#worker.end() : this.#worker.endNow());
    return false;
  }

  #isOver(): boolean {
    return this.#state.result !== undefined || this.#loss !== undefined;
  }

  async #next(): Promise<readonly TakopiEvent[]> {
    const signal = await this.#signals.take();
    if (signal.kind !== "line") {
      this.#loss = signal.kind;
      return [];
    }
    const { state, events } = this.#translate(signal.line, signal.message);
    this.#state = state;
    return events;
  }

  #translate(line: OutputLine, message: WorkerMessage | undefined): Step {
    if (message !== undefined) return translate(this.#state, message);
    if (line.kind === "oversize") return translateOversize(this.#state, line.bytes);
    return translateMalformed(this.#state, line.text);
  }

  #look(): void {
    this.#quietLooks += 1;
    if (this.#quietLooks > looksPerSilence) this.#signals.post({ kind: "silent" });
  }

  readonly #cancel = (): void => {
    if (this.#isCancelled || this.#isOver()) return;
    this.#isCancelled = true;
    this.#worker.tell(cancelRequest(this.#state.sendId));
    this.#deafTimer = setTimeout(() => this.#signals.post({ kind: "deaf" }), this.#patience.cancelMs);
  };

  /** Absent when the worker's result is what there is to say, also when a cancel was on its way. */
  async #failure(): Promise<Failure | undefined> {
    if (this.#state.result !== undefined) return undefined;
    await this.#worker.endNow();
    if (this.#isCancelled) return cancelled;
    switch (this.#loss) {
      case "ended": {
        const stderr = this.#worker.stderrTail();
        return exitFailure(await this.#worker.exited, { stderr, complaint: this.#state.complaint });
      }
      case "silent":
        return silenceFailure(this.#worker.silenceMs);
      case "deaf":
        return cancelled;
      case undefined:
        return undefined;
    }
  }

  /** After a refusal nobody knows what the worker holds; after a cancel nothing may be left of what ran. */
  async #isReusable(): Promise<boolean> {
    if (!this.#isHearing() || this.#state.result?.error?.code === "protocol_error") return false;
    return !this.#isCancelled || !(await this.#worker.hasLeftovers());
  }

  #isHearing(): boolean {
    return this.#loss === undefined && this.#worker.isAlive;
  }
}
