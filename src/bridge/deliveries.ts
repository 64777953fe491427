import type { MessageText } from "../domain/message-text.ts";
import type { MessageRef } from "../domain/thread.ts";
import { join, plain } from "../render/text-builder.ts";
import { untilWritten } from "./until-written.ts";
import { type Chat, ChatError } from "./chat-port.ts";
import type { Clock, Log } from "./ports.ts";
import type { NewOutboxRow, OutboxRow, Store } from "./store-port.ts";

export interface DeliveryDeps {
  readonly chat: Chat;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** Telegram has no idempotency key, so a send whose answer was lost is repeated with this mark: twice and said beats lost. */
const REPEATED = plain("↻ sent again, the first copy may have arrived too");

const FIRST_RETRY_MS = 500;
const SLOWEST_RETRY_MS = 30_000;

/**
 * Carries the journal's outbox to the chat: new messages of a chat in order, one at a time, and beside them what tidies up old ones,
 * until each row is sent or given up for a reason that trying again can't mend. Rows survive a crash; a row that was under way then is sent again with a mark.
 */
export class Deliveries {
  readonly #deps: DeliveryDeps;
  readonly #busyLanes = new Set<string>();
  /** How often each chat was opened again. */
  readonly #openings = new Map<number, number>();
  #cancelTimer: (() => void) | undefined;
  #isStopped = false;
  #whenIdle: (() => void)[] = [];

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** Writes a row and sees to it at once. */
  enqueue(row: NewOutboxRow): void {
    this.#deps.store.enqueue(row);
    this.wake();
  }

  /** Starts every delivery that is due. Called after rows were written. */
  wake(): void {
    if (this.#isStopped) return;
    this.#cancelTimer?.();
    const now = this.#deps.clock.now();
    for (const row of this.#deps.store.nextDeliveries(now)) {
      if (!this.#busyLanes.has(laneOf(row))) this.#start(row);
    }
    const dueAt = this.#deps.store.nextDeliveryAt(now);
    if (dueAt !== undefined) this.#cancelTimer = this.#deps.clock.setTimer(dueAt - now, () => this.wake());
    if (this.#busyLanes.size === 0) this.#reportIdle();
  }

  /** The bot may write in the chat again: what could not be delivered there goes out, also what is being refused at this moment. */
  reopen(chatId: number): void {
    this.#openings.set(chatId, this.#openingsOf(chatId) + 1);
    this.#deps.store.retryFailed(chatId);
    this.wake();
  }

  /** Starts no further delivery. Resolves when those under way have ended; what is left stays in the journal. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    if (this.#busyLanes.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Resolves when nothing is under way and nothing is due. */
  async idle(): Promise<void> {
    if (this.#busyLanes.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #start(row: OutboxRow): void {
    const lane = laneOf(row);
    this.#busyLanes.add(lane);
    void this.#deliver(row)
      .catch((error: unknown) => this.#deps.log.error("a delivery broke", { row: row.id, error }))
      .finally(() => {
        this.#busyLanes.delete(lane);
        if (this.#isStopped) this.#reportIdle();
        else this.wake();
      });
  }

  async #deliver(row: OutboxRow): Promise<void> {
    const { store } = this.#deps;
    const { chatId } = row.thread;
    const openings = this.#openingsOf(chatId);
    await this.#write(() => store.markSending(row.id));
    try {
      const message = await this.#perform(row);
      await this.#write(() => store.markSent(row.id, message));
      // What stands for an edit that had no message shows the end of its run, as the edit would have.
      if (row.operation.type === "edit" && message !== undefined) await this.#write(() => store.closeCard(message));
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      const isOpenAgain = this.#openingsOf(chatId) !== openings;
      await this.#write(() => this.#recordFailure(row, error, isOpenAgain));
    }
  }

  #openingsOf(chatId: number): number {
    return this.#openings.get(chatId) ?? 0;
  }

  #recordFailure({ id, attempts }: OutboxRow, { fault, message }: ChatError, isOpenAgain: boolean): void {
    const { store, clock, log } = this.#deps;
    log.warn("delivery failed", { row: id, fault, attempts, reason: message });
    const canRetry = fault === "unavailable" || fault === "uncertain" || (fault === "chat_closed" && isOpenAgain);
    if (!canRetry) return store.markFailed(id, message);
    const notBefore = clock.now() + retryDelayMs(attempts);
    store.postpone(id, { notBefore, uncertain: fault === "uncertain", error: message });
  }

  /** A row that is sent but not recorded as sent would be sent again, so the record is tried until it is made. */
  #write(change: () => void): Promise<void> {
    return untilWritten(this.#deps, change);
  }

  async #perform({ operation, thread, runId, uncertain }: OutboxRow): Promise<MessageRef | undefined> {
    const { chat } = this.#deps;
    const common = { thread, ...(runId && { runId }) };
    switch (operation.type) {
      case "send":
        return chat.send({ ...common, ...operation, content: marked(operation.content, uncertain) });
      case "document":
        return chat.sendDocument({ ...common, ...operation, ...(uncertain && { caption: REPEATED }) });
      case "edit": {
        const message = { chatId: thread.chatId, messageId: operation.messageId };
        const outcome = await chat.edit({ ...operation, message, urgency: "normal" });
        const { content, keyboard = [], mustShow = false } = operation;
        // What can be pressed is offered nowhere else either.
        if (outcome === "edited" || (keyboard.length === 0 && !mustShow)) return undefined;
        return chat.send({ ...common, content, keyboard, silent: true, urgency: "normal" });
      }
      case "delete":
        await chat.delete({ chatId: thread.chatId, messageId: operation.messageId });
        return undefined;
    }
  }

  #reportIdle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

/** New messages of a chat keep their order among themselves; tidying up old ones must not hold them up, nor they it. */
function laneOf({ thread, operation }: OutboxRow): string {
  const isNew = operation.type === "send" || operation.type === "document";
  return `${thread.chatId} ${isNew ? "new" : "tidy"}`;
}

function marked(content: MessageText, uncertain: boolean): MessageText {
  return uncertain ? join([REPEATED, content], "\n\n") : content;
}

function retryDelayMs(attempts: number): number {
  return Math.min(SLOWEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
}
