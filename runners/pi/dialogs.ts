import type { RunHost } from "../../src/runner/runner.ts";
import { abort, dialogResponse } from "./commands.ts";
import type { DialogLine } from "./lines.ts";
import { decisionRequest, dialogAnswer } from "./questions.ts";

export interface DialogsOptions {
  readonly cwd: string;
  readonly host: Pick<RunHost, "decide" | "answerTaken">;
  /** Writes to pi. Resolves to whether it took it: it says nothing of an answer itself. */
  readonly send: (text: string) => Promise<boolean>;
}

/** Answers what extensions ask. Several dialogs may be open at once. */
export class Dialogs {
  readonly #options: DialogsOptions;
  readonly #open = new Map<string, AbortController>();
  readonly #answering = new Set<Promise<void>>();

  constructor(options: DialogsOptions) {
    this.#options = options;
  }

  /** Takes a dialog and returns at once; the answer is written when there is one. */
  receive(dialog: DialogLine): void {
    const answering = this.#answer(dialog).finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  /** Nobody will answer any more. Pi hears of it: it does not even take an `abort` while a dialog is open (1.5.2). */
  cancelAll(): void {
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

  async #answer(dialog: DialogLine): Promise<void> {
    const { cwd, host, send } = this.#options;
    const withdrawn = new AbortController();
    this.#open.set(dialog.id, withdrawn);
    const timer = dialog.timeoutMs && setTimeout(() => this.#forget(dialog.id), dialog.timeoutMs);
    const request = await decisionRequest(dialog, cwd);
    const decision = await host.decide(request, withdrawn.signal);
    clearTimeout(timer);
    if (withdrawn.signal.aborted) return;
    this.#open.delete(dialog.id);
    if (await send(dialogResponse(dialog.id, dialogAnswer(dialog, decision)))) host.answerTaken(dialog.id);
    if (decision.kind === "deny" && decision.interrupt === true) await send(abort());
  }

  /** Pi has answered itself. */
  #forget(id: string): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }
}
