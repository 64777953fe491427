import type { RunId } from "../../domain/run.ts";
import type { FollowUp } from "../../runner/runner.ts";
import { Mailbox } from "../../runner/mailbox.ts";

/** The texts that are sent into one run while it works, and which of them its engine has not taken. Only the newest reader gets any. */
export class FollowUps implements AsyncIterable<FollowUp> {
  readonly #mailbox = new Mailbox<FollowUp | "end">();
  readonly #untaken = new Set<RunId>();
  #isClosed = false;

  /** False when the run has ended: the text was not passed on. */
  post(runId: RunId, text: string, onTaken: () => void): boolean {
    if (this.#isClosed) return false;
    this.#untaken.add(runId);
    this.#mailbox.post({
      id: runId,
      text,
      taken: () => {
        // Once, and not after `close` has given the text back to the queue.
        if (this.#untaken.delete(runId)) onTaken();
      },
    });
    return true;
  }

  /** Ends the iteration. Returns what was not taken; it never will be. */
  close(): readonly RunId[] {
    this.#isClosed = true;
    this.#mailbox.post("end");
    const untaken = [...this.#untaken];
    this.#untaken.clear();
    return untaken;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FollowUp, void, undefined> {
    for (let next = await this.#mailbox.take(); next !== "end"; next = await this.#mailbox.take()) yield next;
  }
}
