import { setTimeout as delay } from "node:timers/promises";
import type { Fields } from "../../src/runner/fields.ts";
import type { JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";

export interface TurnsOptions {
  readonly peer: JsonRpcPeer;
  readonly past: JsonRpcPast;
  /** How long a turn may take to end after `session/cancel`, in milliseconds. */
  readonly cancelMs: number;
  /** The next prompt is about to be given. */
  readonly onPrompt: () => void;
  /** A turn has ended whose plan is to be made anew. */
  readonly onRevision: () => void;
}

/** The turns of one run: its prompt, and what the user says of the plans that come of it. */
export class Turns {
  readonly #options: TurnsOptions;
  /** The prompt that is being answered. */
  #turn: Promise<unknown> | undefined;
  #cancelling: Promise<void> | undefined;
  #feedback: string | undefined;
  #isEnding = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** The result of the last turn; undefined when the run ends before there is one. */
  async hold(sessionId: string, prompt: readonly Fields[]): Promise<{ readonly result: unknown } | undefined> {
    const { past, onPrompt, onRevision } = this.#options;
    for (let words = prompt; ;) {
      // What came before the prompt was told is no part of the run, also when it is read again.
      await past.reached();
      if (this.#isEnding) return undefined;
      onPrompt();
      const result = await this.#take({ sessionId, prompt: words });
      const feedback = this.#feedback;
      if (feedback === undefined) return { result };
      this.#feedback = undefined;
      onRevision();
      words = [{ type: "text", text: feedback }];
    }
  }

  /** The plan of this turn is to be made anew, with these words. */
  revise(feedback: string): void {
    this.#feedback = feedback;
  }

  /** No turn begins any more. */
  end(): void {
    this.#isEnding = true;
  }

  /** Ends the turn in the agent's own way; undefined when none runs. */
  cancel(sessionId: string | undefined): Promise<void> | undefined {
    const { peer, past } = this.#options;
    // The agent of a run that was just taken up has its prompt, though nobody has come to that yet.
    if (past.next("session/prompt") !== undefined) this.#turn ??= peer.request("session/prompt");
    const ended = this.#turn?.catch(() => {});
    if (ended !== undefined) this.#cancelling ??= this.#interrupt(ended, sessionId);
    return this.#cancelling;
  }

  async #take(params: Fields): Promise<unknown> {
    try {
      this.#turn = this.#options.peer.request("session/prompt", params);
      return await this.#turn;
    } finally {
      this.#turn = undefined;
    }
  }

  async #interrupt(ended: Promise<unknown>, sessionId: string | undefined): Promise<void> {
    const { peer, cancelMs } = this.#options;
    peer.notify("session/cancel", { sessionId });
    const timer = new AbortController();
    const waited = delay(cancelMs, undefined, { signal: timer.signal }).catch(() => {});
    await Promise.race([ended, waited]);
    timer.abort();
  }
}
