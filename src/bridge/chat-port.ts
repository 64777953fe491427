import type { MessageText } from "../domain/message-text.ts";
import type { RunId } from "../domain/run.ts";
import type { MessageRef, Thread } from "../domain/thread.ts";

/** A button under a message. `data` is at most 64 bytes (Telegram's limit for callback data). */
export interface Button {
  readonly label: string;
  readonly data: string;
  readonly style?: "danger" | "success" | "primary";
}

/** Rows of buttons; an empty keyboard removes the buttons. */
export type Keyboard = readonly (readonly Button[])[];

/**
 * Who goes first when a chat's budget is short. `final` and `decision` overtake everything; `receipt` is the first progress message
 * of a run, of no use any more once the run is settled; `progress` is repeatable and may be replaced by a newer state of the same
 * message.
 */
export type Urgency = "final" | "decision" | "normal" | "receipt" | "progress";

export interface OutgoingMessage {
  readonly thread: Thread;
  readonly content: MessageText;
  /** A missing message degrades to sending without a reply. */
  readonly replyTo?: number;
  /** True: no sound on the phone. */
  readonly silent: boolean;
  readonly urgency: Urgency;
  readonly keyboard?: Keyboard;
  readonly runId?: RunId;
  /** True: the user asked to see the secrets in it. Everywhere else they are covered. */
  readonly reveals?: boolean;
}

export interface OutgoingDocument {
  readonly thread: Thread;
  readonly fileName: string;
  /** UTF-8 text of the file. */
  readonly text: string;
  readonly caption?: MessageText;
  readonly replyTo?: number;
  readonly silent: boolean;
  readonly runId?: RunId;
}

export interface MessageEdit {
  readonly message: MessageRef;
  readonly content: MessageText;
  /** Absent removes the buttons, as Telegram does. */
  readonly keyboard?: Keyboard;
  readonly urgency: Urgency;
  readonly runId?: RunId;
}

/** `gone`: the message no longer exists or can't be edited, so a new one is needed. */
export type EditOutcome = "edited" | "gone";

/**
 * Why a call to the chat did not do its work.
 * `rejected`: the server said no and will again (bad content, no rights); nothing is visible.
 * `unavailable`: it surely did not happen (no connection, 5xx with an answer); trying again is safe.
 * `uncertain`: the request left and no answer came; it may be visible.
 * `chat_closed`: the bot was blocked or removed; nothing can be sent there until that changes.
 */
export type ChatFault = "rejected" | "unavailable" | "uncertain" | "chat_closed";

/** The only error a `Chat` throws. */
export class ChatError extends Error {
  readonly fault: ChatFault;
  constructor(fault: ChatFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ChatError";
    this.fault = fault;
  }
}

/**
 * The chat as the use cases see it. All calls go through the outbox's pacing. 429 is waited out inside; missing reply targets and
 * topics degrade inside; rejected formatting is sent again as plain text inside. Everything else that fails throws `ChatError`.
 */
export interface Chat {
  send(message: OutgoingMessage): Promise<MessageRef>;
  sendDocument(document: OutgoingDocument): Promise<MessageRef>;
  /** Resolves when this text, or a newer one for the same message, is visible. */
  edit(edit: MessageEdit): Promise<EditOutcome>;
  /** A message that is already gone is a success. */
  delete(message: MessageRef): Promise<void>;
  /** Shows "typing…" for some 5 s; dropped silently when the chat is busy. */
  typing(thread: Thread, runId: RunId): void;
  /** Drops what is queued for a run and no longer matters: its receipt, progress edits, typing. */
  settleRun(runId: RunId): void;
  /** Answers a button press; never queues behind anything; failures are logged, not thrown. */
  answerPress(pressId: string, text?: string): Promise<void>;
}
