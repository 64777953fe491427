import type { RunHost } from "../../src/runner/runner.ts";
import { abort, dialogResponse } from "./commands.ts";
import type { DialogLine } from "./lines.ts";
import type { Past } from "./past.ts";
import { decisionRequest, dialogAnswer } from "./questions.ts";

export interface DialogsOptions {
  readonly cwd: string;
  readonly host: Pick<RunHost, "decide" | "answerTaken">;
  /** Writes to pi. Resolves to whether it took it: it says nothing of an answer itself. */
  readonly send: (text: string) => Promise<boolean>;
  readonly past: Past;
  /** What a run that is taken up asks waits until `catchUp`. */
  readonly isTakenUp: boolean;
}

/** Answers what extensions ask. Several dialogs may be open at once. */
export class Dialogs {
  readonly #options: DialogsOptions;
  readonly #open = new Map<string, AbortController>();
  readonly #answering = new Set<Promise<void>>();
  /** Dialogs of the past without an answer; undefined once it is over. */
  #held: DialogLine[] | undefined;

  constructor(options: DialogsOptions) {
    this.#options = options;
    if (options.isTakenUp) this.#held = [];
  }

  /** Takes a dialog and returns at once; the answer is written when there is one. */
  receive(dialog: DialogLine): void {
    const { past, host } = this.#options;
    if (past.answered.has(dialog.id)) host.answerTaken(dialog.id);
    else if (this.#held === undefined) this.#begin(dialog);
    else this.#held.push(dialog);
  }

  /** The past is over: asks what of it is still open. Resolves when all of that was asked. */
  async catchUp(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    await Promise.all(held.map((dialog) => new Promise<void>((resolve) => this.#begin(dialog, resolve))));
  }

  /** Nobody will answer any more. Pi hears of it: it does not even take an `abort` while a dialog is open (1.5.2). */
  cancelAll(): void {
    for (const { id } of this.#held?.splice(0) ?? []) void this.#options.send(dialogResponse(id, { cancelled: true }));
    for (const [id, withdrawn] of this.#open) {
      withdrawn.abort();
      void this.#options.send(dialogResponse(id, { cancelled: true }));
    }
    this.#open.clear();
  }

  async close(): Promise<void> {
    this.cancelAll();
    await Promise.all(this.#answering);
  }

  #begin(dialog: DialogLine, onAsked: () => void = () => {}): void {
    const answering = this.#answer(dialog, onAsked).finally(() => {
      onAsked();
      this.#answering.delete(answering);
    });
    this.#answering.add(answering);
  }

  async #answer(dialog: DialogLine, onAsked: () => void): Promise<void> {
    const { cwd, host, send } = this.#options;
    const withdrawn = new AbortController();
    this.#open.set(dialog.id, withdrawn);
    const timer = dialog.timeoutMs && setTimeout(() => this.#forget(dialog.id), dialog.timeoutMs);
    const deciding = host.decide(await decisionRequest(dialog, cwd), withdrawn.signal);
    onAsked();
    const decision = await deciding;
    clearTimeout(timer);
    if (withdrawn.signal.aborted) return;
    this.#open.delete(dialog.id);
    const isInterrupted = decision.kind === "deny" && decision.interrupt === true;
    // In one piece: a program that dies in between would have told only half of it.
    const answer = dialogResponse(dialog.id, dialogAnswer(dialog, decision)) + (isInterrupted ? abort() : "");
    if (await send(answer)) host.answerTaken(dialog.id);
  }

  /** Pi has answered itself, as if this had been called off. It is told so for the next program, which would ask again. */
  #forget(id: string): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
    void this.#options.send(dialogResponse(id, { cancelled: true }));
  }
}
