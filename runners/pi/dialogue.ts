import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, RunHost } from "../../src/runner/runner.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { ProcessExit, Subprocess } from "../../src/wire/subprocess.ts";
import { abort, commandId, getState, prompt } from "./commands.ts";
import { complete } from "./complete.ts";
import type { PiConfig } from "./config.ts";
import { Dialogs } from "./dialogs.ts";
import { exitFailure } from "./failure.ts";
import { FollowUps } from "./follow-ups.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { OpenedProgram } from "../../src/runner/open-program.ts";
import { readPast } from "./past.ts";
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
  readonly opened: OpenedProgram;
  readonly host: RunHost;
  readonly mode: PiConfig["mode"];
  readonly cwd: string;
  readonly requested: string | undefined;
  readonly patience: Partial<Patience>;
}

type Signal =
  | { readonly kind: "line"; readonly line: OutputLine }
  | { readonly kind: "follow_up"; readonly followUp: FollowUp }
  | { readonly kind: "caught_up" }
  | { readonly kind: "silence" }
  | { readonly kind: "ended" };

/** The talk with one process of pi, from the prompt to its result. In print mode only pi talks, once it has the prompt. */
export class Dialogue {
  readonly #opened: OpenedProgram;
  readonly #child: Subprocess;
  readonly #host: RunHost;
  readonly #isTwoWay: boolean;
  readonly #patience: Patience;
  readonly #dialogs: Dialogs;
  readonly #lines: AsyncIterator<OutputLine>;
  readonly #incoming: AsyncIterator<FollowUp>;
  readonly #signals = new Mailbox<Signal>();
  readonly #followUps: FollowUps;
  #state: RunState;
  /** How many commands had a number. */
  #commands: number;
  /** How often pi was asked in the past whether it has ended: where it is read about, it is not asked again. */
  #asked: number;
  #isCatchingUp: boolean;
  #hasEnded = false;
  #stopping: Promise<unknown> | undefined;

  constructor({ opened, host, mode, cwd, requested, patience }: DialogueOptions) {
    const { child, isTakenUp } = opened;
    const past = readPast(mode === "rpc" ? opened.told : []);
    this.#opened = opened;
    this.#child = child;
    this.#host = host;
    this.#isTwoWay = mode === "rpc";
    this.#patience = { ...defaultPatience, ...patience };
    // A prompt that was written later in the past is expected from the beginning: until it was, the run had not settled.
    this.#state = initialState(cwd, requested, past.prompts);
    this.#followUps = new FollowUps(past);
    this.#commands = past.commands;
    this.#asked = past.questions;
    this.#isCatchingUp = isTakenUp;
    this.#dialogs = new Dialogs({ cwd, host, send: (text) => child.write(text), past, isTakenUp });
    this.#lines = child.lines[Symbol.asyncIterator]();
    this.#incoming = host.followUps[Symbol.asyncIterator]();
    host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Gives the prompt, unless pi has it, and yields the events of the run, `completed` last. */
  async *hold(content: PromptContent | undefined): AsyncGenerator<TakopiEvent, void, undefined> {
    if (this.#host.signal.aborted) this.#cancel();
    else this.#open(content);
    this.#pullLine();
    if (this.#isTwoWay) this.#pullFollowUp();
    if (this.#isCatchingUp) void this.#opened.caughtUp.then(() => this.#signals.post({ kind: "caught_up" }));
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
    void this.#incoming.return?.();
    await this.#stopping;
    await answered;
    await this.#lines.return?.();
  }

  #open(content: PromptContent | undefined): void {
    if (this.#isTwoWay) {
      if (content === undefined) return;
      // In one piece: a program that dies in between would have told only half of it.
      const naming = getState(this.#newId());
      void this.#child.write(naming + this.#promptLine(content, []));
    } else {
      if (content !== undefined) void this.#child.write(content.text);
      // One that is taken up has its prompt, but maybe not the end of its input.
      this.#child.endInput();
    }
  }

  #promptLine(content: PromptContent, followUps: readonly FollowUp[]): string {
    const id = this.#newId(followUps.flatMap(({ id: its }) => its ?? []));
    this.#followUps.sent(id, followUps);
    this.#state = expectReply(this.#state, id);
    return prompt(id, content);
  }

  #newId(followUps: readonly string[] = []): string {
    this.#commands += 1;
    return commandId(this.#commands, followUps);
  }

  #isOver(): boolean {
    if (this.#hasEnded) return true;
    if (this.#host.signal.aborted) return this.#state.activity === "idle";
    if (this.#state.failure !== undefined) return true;
    return isSettled(this.#state) && !this.#followUps.areWaiting;
  }

  async #next(): Promise<readonly TakopiEvent[]> {
    const silence = this.#armSilence();
    const signal = await this.#signals.take();
    clearTimeout(silence);
    switch (signal.kind) {
      case "line":
        return this.#receive(signal.line);
      case "follow_up":
        this.#followUps.add(signal.followUp);
        this.#pullFollowUp();
        this.#sendWaiting();
        return [];
      case "caught_up":
        await this.#catchUp();
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
    this.#sendWaiting();
    this.#askWhenUnsure();
    if (!this.#isOver()) this.#pullLine();
    return events;
  }

  #translate(output: OutputLine): Step {
    const line = output.kind === "oversize" ? decodeHead(output.head) : decodeLine(output.text);
    if (line?.type === "dialog" && !this.#host.signal.aborted) this.#dialogs.receive(line);
    if (line?.type === "response") this.#followUps.acknowledge(line);
    if (line !== undefined) return translate(this.#state, line);
    if (output.kind === "oversize") return translateOversize(this.#state, output.bytes);
    return translateMalformed(this.#state, output.text);
  }

  /** What was read so far is all that pi had to say: what it waits for is given now. */
  async #catchUp(): Promise<void> {
    this.#isCatchingUp = false;
    await this.#dialogs.catchUp();
    this.#host.caughtUp();
    this.#sendWaiting();
    this.#askWhenUnsure();
  }

  #sendWaiting(): void {
    const isEnding = this.#host.signal.aborted || this.#state.failure !== undefined;
    if (isEnding || this.#isCatchingUp || !this.#followUps.areWaiting || this.#state.prompts.size > 0) return;
    const followUps = this.#followUps.takeWaiting();
    const text = followUps.map((followUp) => followUp.text).join("\n\n");
    void this.#child.write(this.#promptLine({ text, images: [] }, followUps));
  }

  #askWhenUnsure(): void {
    if (!this.#isTwoWay || !this.#state.isUnsure || this.#host.signal.aborted) return;
    const wasAsked = this.#asked > 0;
    if (this.#isCatchingUp && !wasAsked) return;
    this.#state = { ...this.#state, isUnsure: false };
    if (wasAsked) this.#asked -= 1;
    else void this.#child.write(getState(this.#newId()));
  }

  /** Only where pi owes a word: a model, or a command, may take as long as it likes. */
  #armSilence(): NodeJS.Timeout | undefined {
    const { activity } = this.#state;
    if (this.#isCatchingUp || activity === "starting" || activity === "working") return undefined;
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
    this.#incoming.next().then(({ done, value }) => {
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
    const ending = exitFailure(await this.#stopGently(), this.#child.stderrTail());
    return this.#opened.isLost() ? { ...ending, fault: "interrupted" } : ending;
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
