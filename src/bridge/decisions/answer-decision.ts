import type { ButtonPress, IncomingMessage } from "../../domain/incoming.ts";
import type { Run, Sender } from "../../domain/run.ts";
import type { MessageRef } from "../../domain/thread.ts";
import type { DecisionChoice } from "../../routing/decision-choice.ts";
import type { Deliveries } from "../deliveries.ts";
import { type GuardDeps, hasRight } from "../guard.ts";
import { DEAD_BUTTON, refusePress } from "../presses/press-guard.ts";
import { say } from "../say.ts";
import { withCoveredRequest } from "../secret-cover.ts";
import type { BridgeSettings } from "../settings.ts";
import { applyChoice, type ChoiceOutcome } from "./apply-choice.ts";
import { pendingFace } from "./decision-messages.ts";
import type { DecisionRow, DecisionState } from "./decision-store.ts";
import type { Decisions } from "./decisions.ts";
import { isYesOrNo, readReply } from "./read-reply.ts";

export interface AnswerDeps extends GuardDeps {
  readonly settings: BridgeSettings;
  readonly deliveries: Deliveries;
  readonly decisions: Decisions;
}

const NOT_PENDING: Readonly<Record<Exclude<DecisionState, "pending">, string>> = {
  answered: "This is already answered; the engine is being told.",
  taken: "This is already answered.",
  withdrawn: "Too late: nobody waits for this answer any more.",
  expired: "Too late: Takopi ended before the engine had an answer.",
};

const MAY_NOT = "You may chat here, but others decide what the engine may do.";

/** A press under a decision. Returns what the presser is told. Only the first whole answer counts. */
export function pressDecision(
  deps: AnswerDeps,
  press: ButtonPress,
  target: { key: string; choice: DecisionChoice },
): string {
  const row = deps.store.findDecision(target.key);
  const isHere = row?.thread.chatId === press.thread.chatId && isOwnMessage(deps, row, press);
  if (row === undefined || !isHere) {
    return refusePress(deps, press, { why: "a button that is not of this message", toast: DEAD_BUTTON });
  }
  if (!mayDecide(deps, press.sender, row)) return MAY_NOT;
  if (row.state !== "pending") {
    return refusePress(deps, press, { why: "an old button", toast: NOT_PENDING[row.state], subject: row.runId });
  }
  return conclude(deps, row, { outcome: applyChoice(row.request, row.draft, target.choice), by: press.sender });
}

/**
 * A reply to what a decision shows. False when it is none, or a prompt like any other because the decision is settled: then only a bare
 * yes or no is held back, which would mean nothing to the engine.
 */
export function replyToDecision(deps: AnswerDeps, message: IncomingMessage): boolean {
  const { thread, messageId: replyTo, sender, text } = message;
  if (message.replyTo === undefined) return false;
  const row = decisionBehind(deps, { chatId: thread.chatId, messageId: message.replyTo.messageId });
  if (row === undefined) return false;
  const tell = (answer: string): true => {
    say(deps.deliveries, { thread, replyTo, text: answer });
    return true;
  };
  if (row.state !== "pending") return isYesOrNo(text) ? tell(NOT_PENDING[row.state]) : false;
  if (!mayDecide(deps, sender, row)) return tell(MAY_NOT);
  const outcome = readReply(row.request, row.draft, text);
  const told = conclude(deps, row, { outcome, by: sender });
  return outcome.kind === "refused" ? tell(told) : true;
}

/** The decision whose message this is; under the text of a plan or a reminder, the one thing that the run waits for. */
function decisionBehind({ store }: AnswerDeps, message: MessageRef): DecisionRow | undefined {
  const own = store.decisionOfMessage(message);
  if (own !== undefined) return own;
  const link = store.findMessage(message);
  if (link?.role !== "notice") return undefined;
  const [only, ...others] = store.openDecisions(link.runId).filter(({ state }) => state === "pending");
  return others.length === 0 ? only : undefined;
}

/** The message of a decision is known once it was sent; before that, a press can't come from one that is known to be another. */
function isOwnMessage({ store }: AnswerDeps, row: DecisionRow, { thread, messageId }: ButtonPress): boolean {
  if (row.message !== undefined) return row.message.messageId === messageId;
  return store.findMessage({ chatId: thread.chatId, messageId }) === undefined;
}

/** Who may decide is a narrower circle than who may chat, where the configuration says so. */
function mayDecide(deps: AnswerDeps, sender: Sender, row: DecisionRow): boolean {
  const run = deps.store.findRun(row.runId);
  if (run !== undefined && hasRight(deps, sender, { run, right: "decide" })) return true;
  deps.refusals.refuse({ by: sender, why: "may not decide", subject: row.runId, detail: { decision: row.key } });
  return false;
}

function conclude(deps: AnswerDeps, row: DecisionRow, { outcome, by }: { outcome: ChoiceOutcome; by: Sender }): string {
  switch (outcome.kind) {
    case "refused":
      return outcome.why;
    case "draft": {
      const run = deps.store.findRun(row.runId);
      if (run === undefined || !keepDraft(deps, row, { draft: outcome.draft, run })) return NOT_PENDING.answered;
      return outcome.toast;
    }
    case "decided":
      return deps.decisions.answer(row, outcome.decision, by) ? "Passing it on…" : NOT_PENDING.answered;
  }
}

function keepDraft(
  { store, deliveries, settings }: AnswerDeps,
  row: DecisionRow,
  next: { draft: DecisionRow["draft"]; run: Run },
): boolean {
  const shown = withCoveredRequest(settings.secrets, row);
  const isKept = store.draftDecision(row.key, next.draft, pendingFace(next.run, shown, next.draft));
  deliveries.wake();
  return isKept;
}
