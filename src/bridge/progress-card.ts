import type { MessageText } from "../domain/message-text.ts";
import type { Run } from "../domain/run.ts";
import type { MessageRef } from "../domain/thread.ts";
import { editIntervalMs, TICK_MS } from "./card-pace.ts";
import type { Chat, Keyboard } from "./chat-port.ts";
import type { Clock, Log } from "./ports.ts";
import type { DurableOperation } from "./durable-operation.ts";
import type { NewOutboxRow, Store } from "./store-port.ts";
import type { Deliveries } from "./deliveries.ts";
import { untilWritten } from "./until-written.ts";

export interface CardDeps {
  readonly chat: Chat;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly deliveries: Deliveries;
}

/** What the progress message shows at one moment. */
export interface CardContent {
  readonly content: MessageText;
  readonly keyboard: Keyboard;
}

/** What is to become of the message when the run has ended. */
export type CardEnding = (message: MessageRef) => DurableOperation;

/** Waits between attempts to get the first message out. */
const RESEND_MS = 2_000;

/**
 * Keeps one progress message true while its run is queued or works: sends it once, edits it at a bounded pace with the newest
 * content, and redraws it every `TICK_MS` so that the clock ticks. A failing chat never disturbs the run. After `end()` nothing is
 * edited here any more: the journal's outbox takes over, also for a message whose sending was still under way.
 */
export class ProgressCard {
  readonly #deps: CardDeps;
  readonly #run: Run;
  #draw: (() => CardContent) | undefined;
  #message: MessageRef | undefined;
  #shown: string | undefined;
  #lastCallAt = 0;
  #mayHaveStrays = false;
  #busy = false;
  /** It may be visible already, and is noted in a moment. */
  #isArriving = false;
  #pressed: MessageRef | undefined;
  #ending: CardEnding | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(deps: CardDeps, run: Run) {
    this.#deps = deps;
    this.#run = run;
    this.#message = deps.store.progressMessage(run.id);
  }

  /** Whether there may be a copy of the message whose id is not known. */
  get mayHaveStrays(): boolean {
    return this.#mayHaveStrays || (this.#busy && this.#message === undefined);
  }

  /** A message of the run was pressed whose id the journal does not know: it becomes the run's own, where that has none. */
  adopt(message: MessageRef): boolean {
    if (this.#message !== undefined && !this.#isArriving) return false;
    this.#pressed = message;
    if (this.#isArriving) return true;
    this.#deps.store.linkMessage(message, this.#run.id, "progress");
    this.#message = message;
    return true;
  }

  /** Shows what `draw` returns, now and at every tick, until the next call. */
  show(draw: () => CardContent): void {
    if (this.#ending !== undefined) return;
    this.#draw = draw;
    this.#schedule(this.#dueIn());
  }

  /** Stops editing. Returns the row that ends the message, to be written with the end of the run. */
  end(ending: CardEnding): readonly NewOutboxRow[] {
    this.#ending = ending;
    this.#cancelTimer?.();
    this.#deps.chat.settleRun(this.#run.id);
    return this.#message === undefined ? [] : [this.#endingRow(this.#message, ending)];
  }

  #dueIn(): number {
    if (this.#message === undefined) return 0;
    const now = this.#deps.clock.now();
    const age = now - (this.#run.startedAt ?? this.#run.createdAt);
    return Math.max(0, this.#lastCallAt + editIntervalMs(this.#run.thread.chatId < 0, age) - now);
  }

  #schedule(delayMs: number): void {
    this.#cancelTimer?.();
    if (this.#busy) return;
    if (delayMs === 0) this.#refresh();
    else this.#cancelTimer = this.#deps.clock.setTimer(delayMs, () => this.#refresh());
  }

  #refresh(): void {
    const drawn = this.#draw?.();
    if (drawn === undefined || this.#ending !== undefined) return;
    const fingerprint = JSON.stringify(drawn);
    if (fingerprint === this.#shown) return this.#schedule(TICK_MS);
    this.#busy = true;
    this.#lastCallAt = this.#deps.clock.now();
    const drawing = this.#draw;
    void this.#put(drawn).then((retryMs) => {
      this.#busy = false;
      if (retryMs === undefined) this.#shown = fingerprint;
      if (this.#ending !== undefined) return;
      this.#schedule(retryMs ?? (this.#draw === drawing ? TICK_MS : this.#dueIn()));
    });
  }

  /** Sends or edits. Resolves to the time to wait before trying again, or undefined when it is visible. Never rejects. */
  async #put(drawn: CardContent): Promise<number | undefined> {
    try {
      if (this.#message === undefined) await this.#send(drawn);
      else await this.#edit(this.#message, drawn);
      return this.#message === undefined ? 0 : undefined;
    } catch (error) {
      this.#mayHaveStrays ||= this.#message === undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.#deps.log.debug("progress message not shown", { run: this.#run.id, reason });
      return RESEND_MS;
    }
  }

  async #send(drawn: CardContent): Promise<void> {
    this.#isArriving = true;
    try {
      await this.#become(await this.#post(drawn));
    } catch (error) {
      // Who pressed it saw it: it arrived all the same.
      if (this.#pressed === undefined) throw error;
      await this.#become(this.#pressed);
    } finally {
      this.#isArriving = false;
    }
  }

  async #post({ content, keyboard }: CardContent): Promise<MessageRef> {
    const { id: runId, thread, promptMessageId: replyTo } = this.#run;
    return await this.#deps.chat.send({ thread, content, keyboard, replyTo, runId, silent: true, urgency: "receipt" });
  }

  async #become(message: MessageRef): Promise<void> {
    const { store, deliveries } = this.#deps;
    const { id: runId, thread } = this.#run;
    this.#message = message;
    await untilWritten(this.#deps, () => store.linkMessage(message, runId, "progress"));
    if (this.#ending !== undefined) deliveries.enqueue(this.#endingRow(message, this.#ending));
    const messageId = this.#pressed?.messageId ?? message.messageId;
    if (messageId !== message.messageId)
      deliveries.enqueue({ thread, role: "notice", operation: { type: "delete", messageId } });
  }

  async #edit(message: MessageRef, { content, keyboard }: CardContent): Promise<void> {
    const outcome = await this.#deps.chat.edit({
      message,
      content,
      keyboard,
      runId: this.#run.id,
      urgency: "progress",
    });
    if (outcome === "gone") {
      this.#deps.store.closeCard(message);
      this.#message = undefined;
    }
  }

  #endingRow(message: MessageRef, ending: CardEnding): NewOutboxRow {
    return { thread: this.#run.thread, runId: this.#run.id, role: "progress", operation: ending(message) };
  }
}
