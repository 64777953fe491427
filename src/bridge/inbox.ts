import { JournalError } from "./journal-error.ts";
import type { Clock, Log } from "./ports.ts";
import type { InboxUpdate, Store } from "./store-port.ts";
import { untilWritten } from "./until-written.ts";

export interface InboxDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Lets an update have its effect. Called with one update at a time, oldest first; what takes long goes on in `later`. */
  readonly handle: (payload: string) => Promise<HandledUpdate>;
  /** Tells the user that an update could not be handled. */
  readonly giveUp: (payload: string) => void;
}

/**
 * `later`: the effect is still coming; it counts as handled once this resolves. `again`: it has had none, and is to be handled once more
 * when this resolves. Updates behind it need not wait.
 */
export interface HandledUpdate {
  readonly later?: Promise<void>;
  readonly again?: Promise<void>;
}

const RETRY_MS = 1_000;
/** An update that keeps failing is a fault of ours; it must not hold up those behind it. */
const MAX_ATTEMPTS = 3;

/**
 * The durable way in: `receive` records an update before the chat service is told to forget it, then each is handled in order until it
 * has had its effect. What was recorded and not handled when the program died is handled at the next start.
 */
export class Inbox {
  readonly #deps: InboxDeps;
  readonly #attempts = new Map<number, number>();
  readonly #later = new Map<number, Promise<void>>();
  #working: Promise<void> | undefined;
  #isOpen = false;
  #hasNews = true;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  /** Throws when the journal can't be written: the update must then be delivered again. */
  receive(update: InboxUpdate): void {
    if (this.#deps.store.receiveUpdate(update)) this.#wake();
  }

  /** Updates are handled from now on, those left from before first. */
  open(): void {
    this.#isOpen = true;
    this.#wake();
  }

  /** Handles nothing further; resolves when the update under way has been handled. What goes on later is handled again at the next start. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#working;
  }

  #wake(): void {
    this.#hasNews = true;
    if (this.#isOpen) this.#working ??= this.#work().finally(() => this.#rest());
  }

  /** What arrived after the last look at the journal, and before it was known that the work was over, begins it again. */
  #rest(): void {
    this.#working = undefined;
    if (this.#hasNews) this.#wake();
  }

  /** Never rejects. `#hasNews` is looked at last, so that what arrives while this ends is not left lying. */
  async #work(): Promise<void> {
    while (this.#hasNews && this.#isOpen) {
      this.#hasNews = false;
      try {
        await this.#handlePending();
      } catch (error) {
        this.#deps.log.error("the inbox can't be read; trying again", { error });
        await this.#pause();
        this.#hasNews = true;
      }
    }
  }

  async #handlePending(): Promise<void> {
    for (const update of this.#deps.store.pendingUpdates()) {
      if (this.#later.has(update.updateId)) continue;
      while (this.#isOpen && !(await this.#handle(update))) await this.#pause();
    }
  }

  /** True when the update is done with, one way or the other. */
  async #handle({ updateId, payload }: Pick<InboxUpdate, "updateId" | "payload">): Promise<boolean> {
    try {
      const { later, again } = await this.#deps.handle(payload);
      this.#attempts.delete(updateId);
      if (again !== undefined) {
        this.#later.set(updateId, this.#handleAgain(updateId, again));
        return true;
      }
      if (later !== undefined) {
        this.#later.set(updateId, this.#finishLater({ updateId, payload }, later));
        return true;
      }
    } catch (error) {
      if (error instanceof JournalError && error.isPassing) {
        this.#deps.log.error("an update has to wait for the journal", { updateId, error });
        return false;
      }
      const attempts = (this.#attempts.get(updateId) ?? 0) + 1;
      this.#attempts.set(updateId, attempts);
      this.#deps.log.error("an update could not be handled", { updateId, attempts, error });
      if (attempts < MAX_ATTEMPTS) return false;
      this.#deps.giveUp(payload);
    }
    this.#deps.store.finishUpdate(updateId);
    return true;
  }

  async #handleAgain(updateId: number, again: Promise<void>): Promise<void> {
    await again;
    this.#later.delete(updateId);
    this.#wake();
  }

  /** Not tried again: unlike the rest it depends on programs that may fail every time. */
  async #finishLater(update: Pick<InboxUpdate, "updateId" | "payload">, later: Promise<void>): Promise<void> {
    const error = await later.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    // After the end of the bot the journal is closed.
    if (!this.#isOpen) return;
    if (error !== undefined) {
      this.#deps.log.error("an update could not be handled", { updateId: update.updateId, error });
      this.#deps.giveUp(update.payload);
    }
    await untilWritten(this.#deps, () => this.#deps.store.finishUpdate(update.updateId));
    this.#later.delete(update.updateId);
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => this.#deps.clock.setTimer(RETRY_MS, resolve));
  }
}
