import type { ResumeToken } from "../domain/event.ts";
import type { ProcessIdentity } from "../domain/process.ts";
import type { Run, RunId, RunState, SessionKey } from "../domain/run.ts";
import type { MessageRef, Thread } from "../domain/thread.ts";
import type { PastTurn } from "../runner/runner.ts";
import type { ChoiceStore } from "./choices/choice-store.ts";
import type { DurableOperation } from "./durable-operation.ts";
import type { DecisionKey, DecisionStore } from "./decisions/decision-store.ts";
import type { FileOutcome, FileStore, RunFile, RunFilePlace, SentPart } from "./files/file-store.ts";
import type { RetentionStore } from "./recovery/retention-store.ts";

/** An update as Telegram sent it, kept until it has had its effect. */
export interface InboxUpdate {
  readonly updateId: number;
  /** The raw update as JSON. */
  readonly payload: string;
  readonly receivedAt: number;
}

/** What a message has to do with its run. */
export type MessageRole = "prompt" | "progress" | "final" | "notice";

export interface NewOutboxRow {
  readonly thread: Thread;
  readonly runId?: RunId;
  readonly role: MessageRole;
  readonly operation: DurableOperation;
  /** The decision whose own message this is. */
  readonly decision?: DecisionKey;
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

/** The last words of a run, nothing covered in them. */
export interface RunResult {
  readonly answer: string;
  readonly error?: string;
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

/** The answer to messages that brought files and start nothing. */
export interface Answer {
  readonly outbox: readonly NewOutboxRow[];
  /** Those that are remembered. */
  readonly parts?: readonly SentPart[];
}

/** What is written together with a run that is accepted. */
export interface AcceptedWith {
  readonly noted?: AuditEntry;
  readonly outbox?: readonly NewOutboxRow[];
  /** The messages that brought files, each finished and linked too. */
  readonly parts?: readonly SentPart[];
  /** The files its engine is to get. */
  readonly files?: readonly RunFile[];
}

/**
 * The journal. Calls are synchronous and durable when they return; each is one transaction. Throws `StoreError` when the database
 * can't be written (disk full, read-only): the caller must then not go on as if it had been.
 */
export interface Store extends DecisionStore, ChoiceStore, FileStore, RetentionStore {
  // inbox
  /** Records an update before Telegram is told to forget it. False when it was recorded before. */
  receiveUpdate(update: InboxUpdate): boolean;
  /** Updates without their effect yet, oldest first. */
  pendingUpdates(): readonly InboxUpdate[];
  /** The update has had its effect, or never will. */
  finishUpdate(updateId: number): void;

  // runs
  /**
   * Inserts the run with its prompt message link, what is noted of it and what the user is told, and finishes the update it came from.
   * False, and nothing is written, when that update already had its effect.
   */
  acceptRun(run: Run, updateId: number, also?: AcceptedWith): boolean;
  /** Appends a later part of a split paste to a run that has not started, and finishes the update. */
  appendPrompt(runId: RunId, part: { text: string; messageId: number; notBefore: number; updateId: number }): void;
  /** Replaces the prompt of a run that is `queued` or `held`. False when it is too late, also because it is being passed to another run. */
  replacePrompt(runId: RunId, prompt: string): boolean;
  findRun(runId: RunId): Run | undefined;
  /** Runs that may start: `queued`, due at `now`, with all their files, nothing running and nothing older queued under their session key. Oldest first. */
  runnableRuns(now: number): readonly Run[];
  /** The earliest `notBefore` of a queued run that is later than `now`. */
  nextDueAt(now: number): number | undefined;
  /** All runs in these states, oldest first; of one thread when given. */
  runsInState(states: readonly RunState[], thread?: Thread): readonly Run[];
  /** Models that runs of this engine were asked for, the latest first, at most five. */
  recentModels(engine: string): readonly string[];
  /** What runs that ended at or after this time used, as their engines reported it; undefined for those that did not. */
  usagesSince(time: number): readonly (Readonly<Record<string, unknown>> | undefined)[];
  /** The youngest run of this sender in this thread that is queued, and due after `now` and at `dueBy` at the latest. */
  openPaste(thread: Thread, senderId: number, times: { readonly now: number; readonly dueBy: number }): Run | undefined;
  /** `queued` → `running`. False when the run is no longer queued. */
  startRun(runId: RunId, startedAt: number): boolean;
  /** `running` → `queued`, where its engine has certainly not got the prompt. False when it does not run. */
  requeueRun(runId: RunId): boolean;
  /** `held` → `queued`. False when it is no longer held. */
  releaseRun(runId: RunId): boolean;
  /** The engine named the session: sets the token, and moves every run under the provisional key to the real one. */
  bindSession(runId: RunId, token: ResumeToken): void;
  /** The session to resume is gone: the run, and those waiting for the same session, go on without it under a new key. */
  dropSession(runId: RunId, key: SessionKey): void;
  /** Where runs of a session of that name were asked for, whatever their engine; empty when there were none. */
  placesOfSession(token: ResumeToken): readonly SessionPlace[];
  /** The finished turns of a session in the order they ended, for engines that keep none themselves. */
  pastTurns(token: ResumeToken): readonly PastTurn[];
  /** What the run ended with, as the engine said it. Undefined while it is not over, and once it is no longer kept. */
  resultOf(runId: RunId): RunResult | undefined;
  /** The youngest run of a thread that has ended with an answer. */
  lastAnswered(thread: Thread): Run | undefined;
  /** Ends a run and queues what the user gets to see. False when it had ended before; nothing is written then. */
  endRun(ending: RunEnding): boolean;

  // files
  /**
   * Finishes the updates of these messages, remembers their files and queues what the user is told, in one transaction. False, and
   * nothing is written, when the first update already had its effect.
   */
  answerUpdates(updateIds: readonly [number, ...number[]], also: Answer): boolean;
  /** What became of a file, together with what the user is told of it. Without effect once the run has ended. */
  recordFile(place: RunFilePlace, outcome: FileOutcome, outbox: readonly NewOutboxRow[]): void;

  // prompts for a run that is working
  /** The queued run is being passed to `into` and will not start. False when it is no longer queued, or `into` does not work. */
  beginSteering(runId: RunId, into: RunId): boolean;
  /** It was not taken and may start. */
  endSteering(runId: RunId): boolean;
  /** The queued runs that are being passed to this one. */
  steeredInto(runId: RunId): readonly Run[];
  /**
   * Those whose fate the program's end left open, as the run they were passed to has ended: `queued` → `held`, together with what the user
   * is told of each. Returns them.
   */
  withholdSteered(told: (run: Run) => readonly NewOutboxRow[]): readonly Run[];
  /** Of the queued runs of its session this one is next. */
  putFirst(runId: RunId): boolean;
  /** How many queued runs of its session come before it. */
  queuedBefore(runId: RunId): number;

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
  /** Whether a message of this run is on its way, so that its id is not known yet. */
  isSendingFor(runId: RunId): boolean;
  enqueue(row: NewOutboxRow): number;
  /** How many rows wait to be sent, and when the oldest was written. */
  outboxBacklog(): { readonly waiting: number; readonly oldestAt?: number };
  /** The rows to deliver next and due: of each chat the oldest new message, and the oldest edit or deletion whose run has none left. */
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

  // audit
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

export interface SessionPlace {
  readonly chatId: number;
  readonly project?: string;
}

/** Whose remembered sessions: a thread, and in groups the sender in it. */
export interface SessionOwner {
  readonly thread: Thread;
  /** Absent where the thread has one session for everybody. */
  readonly senderId?: number;
}

export interface AuditEntry {
  readonly at: number;
  /** Who: a user id, or `bot`. */
  readonly actor: string;
  /** What, as a verb: `pair`, `refuse`, `prompt`, `cancel`, `decide`. */
  readonly verb: string;
  readonly subject?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}
