import type { TakopiEvent } from "../../src/domain/event.ts";
import type { FollowUp, RunHost } from "../../src/runner/runner.ts";
import type { OutputLine } from "../../src/wire/lines.ts";
import type { ProcessExit, Subprocess } from "../../src/wire/subprocess.ts";
import { complete } from "./complete.ts";
import { Control, interruptRequest } from "./control.ts";
import { exitFailure } from "./failure.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import { Mailbox } from "../../src/runner/mailbox.ts";
import type { OpenedProgram } from "../../src/runner/open-program.ts";
import { lineId } from "./line-id.ts";
import { type Past, readPast } from "./past.ts";
import { promptLine } from "./prompt.ts";
import { decodeLine } from "./schema.ts";
import { isDone, isSettled, oweAnswer, type Failure, type RunState } from "./state.ts";
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
  readonly opened: OpenedProgram;
  readonly host: RunHost;
  readonly state: RunState;
  readonly grants: SessionGrants;
  /** As in `AnswerContext`. */
  readonly modeAfterPlan: string | undefined;
  readonly patience: Partial<Patience>;
}

type Signal =
  | { readonly kind: "line"; readonly line: OutputLine }
  | { readonly kind: "follow_up"; readonly followUp: FollowUp }
  | { readonly kind: "caught_up" }
  | { readonly kind: "silence" }
  | { readonly kind: "ended" };

/** The two-way talk with one process of the CLI, from the prompt to the last result. */
export class Dialogue {
  readonly #opened: OpenedProgram;
  readonly #child: Subprocess;
  readonly #past: Past;
  readonly #host: RunHost;
  readonly #patience: Patience;
  readonly #control: Control;
  readonly #lines: AsyncIterator<OutputLine>;
  readonly #followUps: AsyncIterator<FollowUp>;
  readonly #signals = new Mailbox<Signal>();
  /** Follow-ups that were written and have not reached the model, by the id of their line. */
  readonly #sent = new Map<string, FollowUp>();
  #state: RunState;
  #hasEnded = false;
  #stopping: Promise<unknown> | undefined;

  constructor({ opened, host, state, grants, modeAfterPlan, patience }: DialogueOptions) {
    const { child, isTakenUp } = opened;
    this.#opened = opened;
    this.#child = child;
    this.#past = readPast(opened.told);
    this.#host = host;
    // What was sent later in the past is owed an answer from the beginning: until it was sent, the run had not settled.
    this.#state = [...this.#past.followUps].reduce(oweAnswer, state);
    this.#patience = { ...defaultPatience, ...patience };
    const send = (line: string): Promise<boolean> => child.write(line);
    this.#control = new Control({
      host,
      send,
      grants,
      ...(isTakenUp && { past: this.#past }),
      ...(modeAfterPlan !== undefined && { modeAfterPlan }),
    });
    this.#lines = child.lines[Symbol.asyncIterator]();
    this.#followUps = host.followUps[Symbol.asyncIterator]();
    host.signal.addEventListener("abort", this.#cancel, { once: true });
  }

  /** Gives the prompt, unless the CLI has it, and yields the events of the run, `completed` last. */
  async *hold(prompt: string): AsyncGenerator<TakopiEvent, void, undefined> {
    if (this.#host.signal.aborted) this.#cancel();
    else if (!this.#past.hasPrompt) void this.#child.write(prompt);
    this.#pullLine();
    this.#pullFollowUp();
    if (this.#opened.isTakenUp) void this.#opened.caughtUp.then(() => this.#signals.post({ kind: "caught_up" }));
    while (!this.#isOver()) yield* await this.#next();
    const failure = await this.#failure();
    // What still waits in the CLI's queue must not run: it is to become a prompt of its own.
    this.#stopping ??= this.#sent.size > 0 ? this.#stopNow() : this.#stopGently();
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
    return isSettled(this.#state);
  }

  async #next(): Promise<readonly TakopiEvent[]> {
    const silence = this.#armSilence();
    const signal = await this.#signals.take();
    clearTimeout(silence);
    switch (signal.kind) {
      case "line":
        return this.#receive(signal.line);
      case "follow_up":
        this.#pullFollowUp();
        await this.#steer(signal.followUp);
        return [];
      case "caught_up":
        await this.#control.catchUp();
        this.#host.caughtUp();
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
    this.#reportTaken();
    if (!this.#isOver()) this.#pullLine();
    return events;
  }

  #translate(output: OutputLine): ReturnType<typeof translate> {
    if (output.kind === "oversize") return translateOversize(this.#state, output.bytes);
    const line = decodeLine(output.text);
    if (line === undefined) return translateMalformed(this.#state, output.text);
    if (line.type === "control_request") this.#control.receive(line, this.#state);
    if (line.type === "control_cancel_request") this.#control.withdraw(line.requestId);
    return translate(this.#state, line);
  }

  /** Writes what the user sent meanwhile. The model reads it behind the tool that runs; if it has no more to do, in a turn of its own. */
  async #steer(followUp: FollowUp): Promise<void> {
    if (this.#host.signal.aborted) return;
    const uuid = lineId(followUp.id);
    this.#sent.set(uuid, followUp);
    // After a restart the CLI may have it already.
    if (this.#past.followUps.has(uuid)) return this.#reportTaken();
    this.#state = oweAnswer(this.#state, uuid);
    void this.#child.write(await promptLine({ text: followUp.text, attachments: [], uuid }));
  }

  /** The CLI repeats a line when it gives it to the model; what it only queued would be lost with the process. */
  #reportTaken(): void {
    for (const [uuid, followUp] of this.#sent) {
      if (this.#state.taken.has(uuid)) followUp.taken();
      if (!this.#state.owed.has(uuid) || this.#state.taken.has(uuid)) this.#sent.delete(uuid);
    }
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
      if (done !== true) this.#signals.post({ kind: "follow_up", followUp: value });
    }, ignore);
  }

  /** Absent when the last result is what there is to say. */
  async #failure(): Promise<Failure | undefined> {
    if (this.#host.signal.aborted && !isDone(this.#state)) return { error: "cancelled" };
    if (this.#state.failure !== undefined) return this.#state.failure;
    if (this.#state.result !== undefined) return undefined;
    // One whose output is over says nothing more, even if it lives on.
    const failure = exitFailure(await this.#stopGently(), this.#child.stderrTail());
    return this.#opened.isLost() ? { ...failure, fault: "interrupted" } : failure;
  }

  readonly #cancel = (): void => {
    this.#control.withdrawAll();
    this.#stopping ??= this.#stopNow();
    const ended = (): void => this.#signals.post({ kind: "ended" });
    this.#stopping.then(ended, ended);
  };

  #stopGently(): Promise<ProcessExit> {
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
