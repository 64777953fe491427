import type { SessionEvent } from "./client/session-event.ts";
import { within } from "./within.ts";

/** What a session showed of itself since it was opened. */
export class Signs {
  #pending = 0;
  #isThinking: boolean | undefined;
  #seen = 0;
  #notify: () => void = () => {};

  /** How many questions wait for an answer. */
  get pending(): number {
    return this.#pending;
  }

  /** How many signs there were: to be handed to `after`. */
  get seen(): number {
    return this.#seen;
  }

  receive(event: SessionEvent): void {
    if (event.type === "state") this.#pending = event.state.pending.length;
    if (event.type === "activity") this.#isThinking = event.isThinking;
    const isFromProgram = event.type === "state" || event.type === "metadata" || event.type === "activity";
    if (!isFromProgram) return;
    this.#seen += 1;
    this.#notify();
  }

  /** Resolves when there is a sign more than `seen`, or the time is up. */
  async after(seen: number, ms: number): Promise<void> {
    await this.#when(() => this.#seen > seen, ms);
  }

  /** Whether the session thinks, as soon as it says so; undefined when it does not in time. */
  async thinking(ms: number): Promise<boolean | undefined> {
    await this.#when(() => this.#isThinking !== undefined, ms);
    return this.#isThinking;
  }

  async #when(isSo: () => boolean, ms: number): Promise<void> {
    if (isSo()) return;
    const seen = new Promise<void>((resolve) => {
      this.#notify = () => {
        if (isSo()) resolve();
      };
    });
    await within(seen, ms);
  }
}
