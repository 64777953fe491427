import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, RunHost } from "../../src/runner/runner.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { ProcessExit, Subprocess } from "../../src/wire/subprocess.ts";
import { abort, getState, prompt } from "./commands.ts";
import { complete } from "./complete.ts";
import type { PiConfig } from "./config.ts";
import { Dialogs } from "./dialogs.ts";
import { exitFailure } from "./failure.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { ResponseLine } from "./lines.ts";
import type { PromptContent } from "./prompt.ts";
import { decodeHead, decodeLine } from "./schema.ts";
import { expectReply, initialState, isSettled, type Failure, type RunState, type Step } from "./state.ts";
import { translate, translateMalformed, translateOversize } from "./translate.ts";

/** How long pi is waited for, in milliseconds. */
export interface Patience {
  /** In RPC mode, for its next word when it seems to have ended but has not said so. */
  readonly settleMs: number;
  /** The same in print mode, where 0.73.1 ends without a word, some 50 ms after its result. */
  readonly printSettleMs: number;
  /** After the result. It exits by itself within some 500 ms. */
  readonly exitMs: number;
  /** After an `abort`. */
  readonly interruptMs: number;
  /** After SIGTERM. */
  readonly termMs: number;
}

const defaultPatience: Patience = {
  settleMs: 15_000,
  printSettleMs: 3_000,
  exitMs: 5_000,
  interruptMs: 4_000,
  termMs: 3_000,
};

export interface DialogueOptions {
  readonly child: Subprocess;
  readonly host: RunHost;
  readonly mode: PiConfig["mode"];
  readonly cwd: string;
  readonly requested: string | undefined;
  readonly patience: Partial<Patience>;
}

type Signal =
  | { readonly kind: "line"; readonly line: OutputLine }
  | { readonly kind: "follow_up"; readonly followUp: FollowUp }
  | { readonly kind: "silence" }
  | { readonly kind: "ended" };

/** The talk with one process of pi, from the prompt to its result. In print mode only pi talks, once it has the prompt. */
export class Dialogue {
  readonly #child: Subprocess;
  readonly #host: RunHost;
  readonly #isTwoWay: boolean;
  readonly #patience: Patience;
  readonly #dialogs: Dialogs;
  readonly #lines: AsyncIterator<OutputLine>;
  readonly #followUps: AsyncIterator<FollowUp>;
  readonly #signals = new Mailbox<Signal>();
  /** Follow-ups not written yet: pi would refuse one that comes before the prompt's run has begun. */
  readonly #held: FollowUp[] = [];
  /** Follow-ups that pi has not acknowledged yet, by the id of their prompt. */
  readonly #sent = new Map<string, readonly FollowUp[]>();
  #state: RunState;
  #commands = 0;
  #hasEnded = false;
  #stopping: Promise<unknown> | undefined;

  constructor({ child, host, mode, cwd, requested, patience }: DialogueOptions) {
    this.#child = child;
    this.#host = host;
    this.#isTwoWay = mode === "rpc";
    this.#patience = { ...defaultPatience, ...patience };
    this.#state = initialState(cwd, requested);
    this.#dialogs = new Dialogs({ cwd, host, send: (text) => child.write(text) });
    this.#lines = child.lines[Symbol.asyncIterator]();
    this.#followUps = host.followUps[Symbol.asyncIterator]();
    host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Gives the prompt and yields the events of the run, `completed` last. */
  async *hold(content: PromptContent): AsyncGenerator<TakopiEvent, void, undefined> {
    if (this.#host.signal.aborted) this.#cancel();
    else this.#open(content);
    this.#pullLine();
    if (this.#isTwoWay) this.#pullFollowUp();
    while (!this.#isOver()) yield* await this.#next();
    const failure = await this.#failure();
    this.#stopping ??= this.#stopGently();
    yield* complete(this.#state, failure);
  }

  /** Resolves when nothing of the process is left. */
  async close(): Promise<void> {
    this.#host.signal.removeEventListener("abort", this.#cancel);
    this.#stopping ??= this.#stopNow();
    const answered = this.#dialogs.close();
    void this.#followUps.return?.();
    await this.#stopping;
    await answered;
    await this.#lines.return?.();
  }

  #open(content: PromptContent): void {
    if (this.#isTwoWay) {
      void this.#child.write(getState(this.#newId()));
      this.#prompt(content);
    } else {
      void this.#child.write(content.text);
      this.#child.endInput();
    }
  }

  #prompt(content: PromptContent, followUps: readonly FollowUp[] = []): void {
    const id = this.#newId();
    this.#sent.set(id, followUps);
    this.#state = expectReply(this.#state, id);
    void this.#child.write(prompt(id, content));
  }

  #newId(): string {
    this.#commands += 1;
    return `takopi-${this.#commands}`;
  }

  #isOver(): boolean {
    if (this.#hasEnded) return true;
    if (this.#host.signal.aborted) return this.#state.activity === "idle";
    if (this.#state.failure !== undefined) return true;
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
        this.#held.push(signal.followUp);
        this.#pullFollowUp();
        this.#sendHeld();
        return [];
      case "silence":
      case "ended":
        this.#hasEnded = true;
        return [];
    }
  }

  #receive(output: OutputLine): readonly TakopiEvent[] {
    const { state, events } = this.#translate(output);
    this.#state = state;
    this.#sendHeld();
    this.#askWhenUnsure();
    if (!this.#isOver()) this.#pullLine();
    return events;
  }

  #translate(output: OutputLine): Step {
    const line = output.kind === "oversize" ? decodeHead(output.head) : decodeLine(output.text);
    if (line?.type === "dialog" && !this.#host.signal.aborted) this.#dialogs.receive(line);
    if (line?.type === "response") this.#acknowledge(line);
    if (line !== undefined) return translate(this.#state, line);
    if (output.kind === "oversize") return translateOversize(this.#state, output.bytes);
    return translateMalformed(this.#state, output.text);
  }

  /** What pi refused stays with the one who sent it. */
  #acknowledge({ id, ok }: ResponseLine): void {
    if (ok) for (const followUp of this.#sent.get(id) ?? []) followUp.taken();
    this.#sent.delete(id);
  }

  #sendHeld(): void {
    const isEnding = this.#host.signal.aborted || this.#state.failure !== undefined;
    if (isEnding || this.#held.length === 0 || this.#state.prompts.size > 0) return;
    const followUps = this.#held.splice(0);
    this.#prompt({ text: followUps.map(({ text }) => text).join("\n\n"), images: [] }, followUps);
  }

  #askWhenUnsure(): void {
    if (!this.#isTwoWay || !this.#state.isUnsure || this.#host.signal.aborted) return;
    this.#state = { ...this.#state, isUnsure: false };
    void this.#child.write(getState(this.#newId()));
  }

  /** Only where pi owes a word: a model, or a command, may take as long as it likes. */
  #armSilence(): NodeJS.Timeout | undefined {
    const { activity } = this.#state;
    if (activity === "starting" || activity === "working") return undefined;
    const { settleMs, printSettleMs } = this.#patience;
    return setTimeout(() => this.#signals.post({ kind: "silence" }), this.#isTwoWay ? settleMs : printSettleMs);
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
      if (done !== true) this.#signals.post({ kind: "follow_up", followUp: value });
    }, ignore);
  }

  /** Absent when the model's last message is what there is to say. */
  async #failure(): Promise<Failure | undefined> {
    if (this.#host.signal.aborted) return { error: "cancelled" };
    const { failure, activity } = this.#state;
    if (failure !== undefined) return failure;
    if (activity === "ending" || activity === "idle") return undefined;
    // One whose output is over says nothing more, even if it lives on.
    return exitFailure(await this.#stopGently(), this.#child.stderrTail());
  }

  readonly #cancel = (): void => {
    this.#stopping ??= this.#stopNow();
    const ended = (): void => this.#signals.post({ kind: "ended" });
    this.#stopping.then(ended, ended);
  };

  #stopGently(): Promise<ProcessExit> {
    const { exitMs: interruptGraceMs, termMs: termGraceMs } = this.#patience;
    return this.#child.stop({ interrupt: () => this.#child.endInput(), interruptGraceMs, termGraceMs });
  }

  /** In print mode SIGTERM is pi's own way: it ends the command that runs (SIGINT would leave it). */
  #stopNow(): Promise<unknown> {
    const { interruptMs: interruptGraceMs, termMs: termGraceMs } = this.#patience;
    if (!this.#isTwoWay) return this.#child.stop({ termGraceMs });
    this.#dialogs.cancelAll();
    const interrupt = (): void => {
      void this.#child.write(abort());
      this.#child.endInput();
    };
    return this.#child.stop({ interrupt, interruptGraceMs, termGraceMs });
  }
}
