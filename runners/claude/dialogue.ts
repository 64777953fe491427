import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, RunHost } from "../../src/runner/runner.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { Subprocess } from "../../src/wire/subprocess.ts";
import { complete } from "./complete.ts";
import { Control, interruptRequest } from "./control.ts";
import { exitFailure } from "./failure.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import { promptLine } from "./prompt.ts";
import { decodeLine } from "./schema.ts";
import { isSettled, oweAnswer, reopen, type Failure, type RunState } from "./state.ts";
import { translate, translateMalformed, translateOversize } from "./translate.ts";

/** How long the CLI is waited for, in milliseconds. */
export interface Patience {
  /** A run whose turn has ended, while work goes on in the background: a server started there must not keep the answer for ever. */
  readonly backgroundMs: number;
  /** The same when that work has ended. The turn that reports it begins some 50 ms later (2.1.329). */
  readonly nextTurnMs: number;
  /** After the last result. It exits by itself within some 200 ms; some versions are known to hang there. */
  readonly exitMs: number;
  /** After an interrupt. The turn ends within some 50 ms, and the process with it. */
  readonly interruptMs: number;
  /** After SIGTERM. */
  readonly termMs: number;
}

const defaultPatience: Patience = {
  backgroundMs: 30 * 60_000,
  nextTurnMs: 15_000,
  exitMs: 5_000,
  interruptMs: 4_000,
  termMs: 3_000,
};

export interface DialogueOptions {
  readonly child: Subprocess;
  readonly host: RunHost;
  readonly state: RunState;
  readonly patience: Partial<Patience>;
}

type Signal =
  | { readonly kind: "line"; readonly line: OutputLine }
  | { readonly kind: "follow_up"; readonly text: string }
  | { readonly kind: "silence" }
  | { readonly kind: "ended" };

/** The two-way talk with one process of the CLI, from the prompt to the last result. */
export class Dialogue {
  readonly #child: Subprocess;
  readonly #host: RunHost;
  readonly #patience: Patience;
  readonly #control: Control;
  readonly #lines: AsyncIterator<OutputLine>;
  readonly #followUps: AsyncIterator<FollowUp>;
  readonly #signals = new Mailbox<Signal>();
  /** Follow-ups not written yet: older CLIs don't tell which turn took a line, so they get it after the turn. */
  readonly #held: string[] = [];
  #state: RunState;
  #hasEnded = false;
  #stopping: Promise<unknown> | undefined;

  constructor({ child, host, state, patience }: DialogueOptions) {
    this.#child = child;
    this.#host = host;
    this.#state = state;
    this.#patience = { ...defaultPatience, ...patience };
    this.#control = new Control({ decide: (...asked) => host.decide(...asked), send: (line) => child.write(line) });
    this.#lines = child.lines[Symbol.asyncIterator]();
    this.#followUps = host.followUps[Symbol.asyncIterator]();
    host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Gives the prompt and yields the events of the run, `completed` last. */
  async *hold(prompt: string): AsyncGenerator<TakopiEvent, void, undefined> {
    if (this.#host.signal.aborted) this.#cancel();
    else void this.#child.write(prompt);
    this.#pullLine();
    this.#pullFollowUp();
    while (!this.#isOver()) yield* await this.#next();
    const failure = await this.#failure();
    this.#stopping ??= this.#stopGently();
    yield* complete(this.#state, failure);
  }

  /** Resolves when nothing of the process is left. */
  async close(): Promise<void> {
    this.#host.signal.removeEventListener("abort", this.#cancel);
    this.#stopping ??= this.#stopNow();
    const answered = this.#control.close();
    void this.#followUps.return?.();
    await this.#stopping;
    await answered;
    await this.#lines.return?.();
  }

  #isOver(): boolean {
    if (this.#hasEnded) return true;
    if (this.#host.signal.aborted) return this.#state.result !== undefined;
    return isSettled(this.#state) && this.#held.length === 0;
  }

  async #next(): Promise<readonly TakopiEvent[]> {
    const silence = this.#armSilence();
    const signal = await this.#signals.take();
    clearTimeout(silence);
    switch (signal.kind) {
      case "line":
        return this.#receive(signal.line);
      case "follow_up":
        this.#held.push(signal.text);
        this.#pullFollowUp();
        await this.#sendHeld();
        return [];
      case "silence":
      case "ended":
        this.#hasEnded = true;
        return [];
    }
  }

  async #receive(output: OutputLine): Promise<readonly TakopiEvent[]> {
    const { state, events } = this.#translate(output);
    this.#state = state;
    await this.#sendHeld();
    if (!this.#isOver()) this.#pullLine();
    return events;
  }

  #translate(output: OutputLine): ReturnType<typeof translate> {
    if (output.kind === "oversize") return translateOversize(this.#state, output.bytes);
    const line = decodeLine(output.text);
    if (line === undefined) return translateMalformed(this.#state, output.text);
    const { cwd, text } = this.#state;
    if (line.type === "control_request") this.#control.receive(line, { cwd, text });
    if (line.type === "control_cancel_request") this.#control.withdraw(line.requestId);
    return translate(this.#state, line);
  }

  /** Writes what the user sent meanwhile: into the running turn where that can be followed, else when the turn has ended. */
  async #sendHeld(): Promise<void> {
    if (this.#held.length === 0 || this.#host.signal.aborted) return;
    if (!this.#state.tracksPrompts && !isSettled(this.#state)) return;
    const uuid = crypto.randomUUID();
    this.#state = this.#state.tracksPrompts ? oweAnswer(this.#state, uuid) : reopen(this.#state);
    void this.#child.write(await promptLine({ text: this.#held.splice(0).join("\n\n"), attachments: [], uuid }));
  }

  #armSilence(): NodeJS.Timeout | undefined {
    const { result, background } = this.#state;
    if (result === undefined) return undefined;
    const { backgroundMs, nextTurnMs } = this.#patience;
    return setTimeout(() => this.#signals.post({ kind: "silence" }), background.size > 0 ? backgroundMs : nextTurnMs);
  }

  #pullLine(): void {
    const ended = (): void => this.#signals.post({ kind: "ended" });
    this.#lines.next().then(({ done, value }) => {
      if (done === true) ended();
      else this.#signals.post({ kind: "line", line: value });
    }, ended);
  }

  #pullFollowUp(): void {
    const ignore = (): void => {};
    this.#followUps.next().then(({ done, value }) => {
      if (done !== true) this.#signals.post({ kind: "follow_up", text: value.text });
    }, ignore);
  }

  /** Absent when the last result is what there is to say. */
  async #failure(): Promise<Failure | undefined> {
    if (this.#host.signal.aborted) return { error: "cancelled" };
    if (this.#state.failure !== undefined) return this.#state.failure;
    if (this.#state.result !== undefined) return undefined;
    return exitFailure(await this.#child.exited, this.#child.stderrTail());
  }

  readonly #cancel = (): void => {
    this.#control.withdrawAll();
    this.#stopping ??= this.#stopNow();
    const ended = (): void => this.#signals.post({ kind: "ended" });
    this.#stopping.then(ended, ended);
  };

  #stopGently(): Promise<unknown> {
    const { exitMs: interruptGraceMs, termMs: termGraceMs } = this.#patience;
    return this.#child.stop({ interrupt: () => this.#child.endInput(), interruptGraceMs, termGraceMs });
  }

  #stopNow(): Promise<unknown> {
    const { interruptMs: interruptGraceMs, termMs: termGraceMs } = this.#patience;
    const interrupt = (): void => {
      void this.#child.write(interruptRequest());
      this.#child.endInput();
    };
    return this.#child.stop({ interrupt, interruptGraceMs, termGraceMs });
  }
}
