import type { EngineId, ResumeToken } from "../domain/event.ts";
import type { DecisionRequest, Decision } from "../domain/decision.ts";
import type { MessageText } from "../domain/message-text.ts";
import type { ProcessIdentity } from "../domain/process.ts";
import type { Run, RunId, RunState, SessionKey } from "../domain/run.ts";
import type { MessageRef, Thread } from "../domain/thread.ts";
import type { Runner } from "../runner/runner.ts";

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

/** An update as Telegram sent it, kept until it has had its effect. */
export interface InboxUpdate {
  readonly updateId: number;
  /** The raw update as JSON. */
  readonly payload: string;
  readonly receivedAt: number;
}

/** A call to the chat that must happen although the program may die at any point. */
export type DurableOperation =
  | {
      readonly type: "send";
      readonly content: MessageText;
      readonly replyTo?: number;
      readonly silent: boolean;
      readonly keyboard?: Keyboard;
      readonly urgency: "final" | "decision" | "normal";
    }
  | {
      readonly type: "document";
      readonly fileName: string;
      readonly text: string;
      readonly caption?: MessageText;
      readonly replyTo?: number;
      readonly silent: boolean;
    }
  | { readonly type: "edit"; readonly messageId: number; readonly content: MessageText; readonly keyboard?: Keyboard }
  | { readonly type: "delete"; readonly messageId: number };

/** What a message has to do with its run. */
export type MessageRole = "prompt" | "progress" | "final" | "notice";

export interface NewOutboxRow {
  readonly thread: Thread;
  readonly runId?: RunId;
  readonly role: MessageRole;
  readonly operation: DurableOperation;
}

/** `sending` survives only a crash or a lost answer: whether the call happened is unknown. */
export type OutboxState = "queued" | "sending" | "sent" | "failed";

export interface OutboxRow extends NewOutboxRow {
  /** Ascending; the order of delivery within a chat. */
  readonly id: number;
  readonly state: OutboxState;
  readonly attempts: number;
  /** True when an earlier attempt may have been visible. */
  readonly uncertain: boolean;
  readonly createdAt: number;
}

/** Everything that ends a run, written in one transaction. */
export interface RunEnding {
  readonly runId: RunId;
  readonly state: Extract<RunState, "done" | "failed" | "cancelled" | "interrupted">;
  readonly finishedAt: number;
  readonly answer?: string;
  readonly error?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
  readonly outbox: readonly NewOutboxRow[];
}

/** A message of a run, found by what the user replied to. */
export interface MessageLink {
  readonly runId: RunId;
  readonly role: MessageRole;
}

/** A progress message that may still show a state that is no longer true. */
export interface OpenCard {
  readonly run: Run;
  readonly message: MessageRef;
}

/** A child process of a run, as recorded when it was started. */
export interface RecordedProcess extends ProcessIdentity {
  readonly runId: RunId;
}

/** A user who came in by pairing. */
export interface PairedUser {
  readonly userId: number;
  readonly chatId: number;
  readonly name: string;
  readonly pairedAt: number;
}

/** Outcome of a pairing attempt. `locked`: too many wrong codes, ask for a new one in the terminal. */
export type PairingOutcome = "paired" | "wrong" | "expired" | "locked" | "none";

/**
 * The journal. Calls are synchronous and durable when they return; each is one transaction. Throws `StoreError` when the database
 * can't be written (disk full, read-only): the caller must then not go on as if it had been.
 */
export interface Store {
  // inbox
  /** Records an update before Telegram is told to forget it. False when it was recorded before. */
  receiveUpdate(update: InboxUpdate): boolean;
  /** Updates without their effect yet, oldest first. */
  pendingUpdates(): readonly InboxUpdate[];
  /** The update has had its effect, or never will. */
  finishUpdate(updateId: number): void;

  // runs
  /** Inserts the run with its prompt message link, and finishes the update it came from. False when that update already had its effect. */
  acceptRun(run: Run, updateId: number): boolean;
  /** Appends a later part of a split paste to a run that has not started, and finishes the update. */
  appendPrompt(runId: RunId, part: { text: string; messageId: number; notBefore: number; updateId: number }): void;
  /** Replaces the prompt of a run that is `queued` or `held`. False when it is too late. */
  replacePrompt(runId: RunId, prompt: string): boolean;
  findRun(runId: RunId): Run | undefined;
  /** Runs that may start: `queued`, due at `now`, nothing running and nothing older queued under their session key. Oldest first. */
  runnableRuns(now: number): readonly Run[];
  /** The earliest `notBefore` of a queued run that is later than `now`. */
  nextDueAt(now: number): number | undefined;
  /** All runs in these states, oldest first; of one thread when given. */
  runsInState(states: readonly RunState[], thread?: Thread): readonly Run[];
  /** The youngest run of this sender in this thread that is queued and not yet due. */
  openPaste(thread: Thread, senderId: number, now: number): Run | undefined;
  /** `queued` → `running`. False when the run is no longer queued. */
  startRun(runId: RunId, startedAt: number): boolean;
  /** `held` → `queued`. False when it is no longer held. */
  releaseRun(runId: RunId): boolean;
  /** The engine named the session: sets the token, and moves every run under the provisional key to the real one. */
  bindSession(runId: RunId, token: ResumeToken): void;
  /** The session to resume is gone: the run, and those waiting for the same session, go on without it under a new key. */
  dropSession(runId: RunId, key: SessionKey): void;
  /** Ends a run and queues what the user gets to see. False when it had ended before; nothing is written then. */
  endRun(ending: RunEnding): boolean;

  // messages
  linkMessage(message: MessageRef, runId: RunId, role: MessageRole): void;
  findMessage(message: MessageRef): MessageLink | undefined;
  /** Progress messages of ended runs that nothing queued will remove or correct. */
  openCards(): readonly OpenCard[];
  /** The progress message now shows the end of its run, or is gone. */
  closeCard(message: MessageRef): void;
  progressMessage(runId: RunId): MessageRef | undefined;

  // sessions remembered per thread, and per sender in groups
  rememberSession(owner: SessionOwner, token: ResumeToken): void;
  recallSession(owner: SessionOwner, engine: string): ResumeToken | undefined;
  forgetSessions(owner: SessionOwner): number;

  // outbox
  enqueue(row: NewOutboxRow): number;
  /** The rows to deliver next: the oldest unsent row of each chat that is due. */
  nextDeliveries(now: number): readonly OutboxRow[];
  /** When the next postponed row is due. */
  nextDeliveryAt(now: number): number | undefined;
  markSending(id: number): void;
  /** Sent; records the message, if one came of it, as a message of the row's run. */
  markSent(id: number, message?: MessageRef): void;
  /** Back to the queue until `notBefore`. `uncertain`: the call may have happened. */
  postpone(id: number, options: { notBefore: number; uncertain: boolean; error: string }): void;
  /** Will not be tried again by itself. */
  markFailed(id: number, error: string): void;
  /** Rows given up for a chat become queued again (the user unblocked the bot). Returns how many. */
  retryFailed(chatId: number): number;
  /** Rows that were `sending` when the program died become `queued` and `uncertain`. Returns how many. */
  resolveSending(): number;
  /** The group became a supergroup: rewrites the chat id everywhere. */
  migrateChat(fromChatId: number, toChatId: number): void;

  // processes
  recordProcess(process: RecordedProcess): void;
  recordedProcesses(): readonly RecordedProcess[];
  forgetProcesses(runId: RunId): void;

  // decisions and audit
  recordDecision(record: DecisionRecord): void;
  audit(entry: AuditEntry): void;

  // access
  pairedUsers(): readonly PairedUser[];
  /** Replaces any open code. `codeHash` is a SHA-256 hex digest; the code itself is never stored. */
  openPairing(codeHash: string, expiresAt: number): void;
  /** Whether a code is open at `now`. */
  hasOpenPairing(now: number): boolean;
  /** Five wrong codes close the pairing. A right one adds the user and closes it. */
  tryPairing(codeHash: string, user: PairedUser): PairingOutcome;

  // small facts
  getFact(name: string): string | undefined;
  setFact(name: string, value: string): void;

  close(): void;
}

/** Whose remembered sessions: a thread, and in groups the sender in it. */
export interface SessionOwner {
  readonly thread: Thread;
  /** Absent where the thread has one session for everybody. */
  readonly senderId?: number;
}

export interface DecisionRecord {
  readonly runId: RunId;
  readonly request: DecisionRequest;
  readonly decision: Decision;
  /** `policy`, or the id of the user who decided. */
  readonly decidedBy: string;
  readonly decidedAt: number;
}

export interface AuditEntry {
  readonly at: number;
  /** Who: a user id, or `bot`. */
  readonly actor: string;
  /** What, as a verb: `pair`, `refuse`, `cancel`, `release`. */
  readonly verb: string;
  readonly subject?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Time, so that tests can step it. All values are milliseconds. */
export interface Clock {
  now(): number;
  /** Runs once after `delayMs`; returns how to call it off. */
  setTimer(delayMs: number, run: () => void): () => void;
}

/** The processes of runs, as far as the bridge has to do with them. */
export interface Processes {
  /**
   * Ends these processes with all their descendants, those marked with the run's id included, and resolves when none is left.
   * A pid whose start mark differs is somebody else's and is left alone.
   */
  endRecorded(processes: readonly RecordedProcess[]): Promise<void>;
}

/** The engines this bot has, as far as runs need them. */
export interface EngineSource {
  /** Every engine that could be built, for reading resume lines; also those whose program is missing. */
  readonly runners: readonly Runner[];
  /** Only when the engine can run now. */
  runner(id: EngineId): Runner | undefined;
  /** One sentence for the user: why `runner(id)` is undefined and what to do. */
  whyUnavailable(id: EngineId): string;
  /** The environment for the engine's processes. */
  environment(id: EngineId): Readonly<Record<string, string>>;
}

/** Structured log; the adapter redacts tokens and secrets. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
