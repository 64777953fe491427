import type { Decision, DecisionRequest } from "../../domain/decision.ts";
import type { MessageText } from "../../domain/message-text.ts";
import type { RunId } from "../../domain/run.ts";
import type { MessageRef, Thread } from "../../domain/thread.ts";
import type { DurableOperation } from "../durable-operation.ts";
import type { Keyboard } from "../chat-port.ts";
import type { Draft } from "./draft.ts";

/** Names a decision in callback data: 12 characters of `[0-9a-z]`, not to be guessed. */
export type DecisionKey = string;

/**
 * Where a decision is. `pending`: nobody has answered. `answered`: an answer is on its way to the engine. `taken`: the engine has it.
 * `withdrawn`: the engine no longer waits, or its run ended. `expired`: the bot stopped while it was open. The last three are final.
 */
export type DecisionState = "pending" | "answered" | "taken" | "withdrawn" | "expired";

/** Something an engine asked, and what became of it. Times are milliseconds since 1970. */
export interface DecisionRow {
  readonly key: DecisionKey;
  readonly runId: RunId;
  readonly thread: Thread;
  readonly request: DecisionRequest;
  readonly state: DecisionState;
  /** What was chosen so far, where one press is not the whole answer. */
  readonly draft: Draft;
  readonly decision?: Decision;
  /** `policy`, or the id of the user who decided. */
  readonly decidedBy?: string;
  /** For people. */
  readonly decidedByName?: string;
  readonly askedAt: number;
  readonly decidedAt?: number;
  /** Where it can be seen; absent until it was sent. */
  readonly message?: MessageRef;
}

export interface NewDecision {
  readonly key: DecisionKey;
  readonly runId: RunId;
  readonly thread: Thread;
  readonly request: DecisionRequest;
  readonly askedAt: number;
  /** The messages that ask, in order; the last one carries the buttons and is the decision's own. */
  readonly messages: readonly Extract<DurableOperation, { type: "send" | "document" }>[];
}

/** What the decision's message shows from now on. */
export interface DecisionFace {
  readonly content: MessageText;
  readonly keyboard: Keyboard;
}

export interface Answer {
  readonly decision: Decision;
  readonly decidedBy: string;
  readonly decidedByName?: string;
  readonly decidedAt: number;
}

/** The decisions in the journal: pending and past, with who and when. */
export interface DecisionStore {
  /** Records what is asked together with the messages that ask it. */
  openDecision(decision: NewDecision): void;
  /** A decision that nobody had to be asked for, as if taken at once. */
  recordDecision(decision: Omit<NewDecision, "messages">, answer: Answer): void;
  findDecision(key: DecisionKey): DecisionRow | undefined;
  /** The decision whose message this is. */
  decisionOfMessage(message: MessageRef): DecisionRow | undefined;
  /** Neither final nor, where `runId` is given, of another run. Oldest first. */
  openDecisions(runId?: RunId): readonly DecisionRow[];
  /** Keeps a part of the answer and shows it. False unless it is `pending`. */
  draftDecision(key: DecisionKey, draft: Draft, face: DecisionFace): boolean;
  /** Sends the message of a pending decision once more, in the place of one that can't be seen any more. Nothing while it waits to be sent. */
  showAgain(key: DecisionKey, operation: NewDecision["messages"][number]): void;
  /** `pending` → `answered`. False when it was not pending: the answer then counts for nothing. */
  answerDecision(key: DecisionKey, answer: Answer): boolean;
  /** To a final state, with what its message shows then. False when it was final before; nothing is written then. */
  settleDecision(key: DecisionKey, state: "taken" | "withdrawn" | "expired", face: DecisionFace): boolean;
}
