import type { CompletedEvent } from "../domain/event.ts";
import type { ProgressLabel } from "../progress/view.ts";
import type { LiveRun, StopReason } from "./live-run.ts";
import type { Keyboard } from "./chat-port.ts";
import type { NewOutboxRow, RunEnding } from "./store-port.ts";
import { collapsedCard, finalRows, resumeKeyboard, runCard } from "./run-messages.ts";
import type { CardEnding } from "./progress-card.ts";

type EndState = RunEnding["state"];

const LABELS: Readonly<Record<EndState, ProgressLabel>> = {
  done: "done",
  failed: "error",
  cancelled: "cancelled",
  interrupted: "interrupted",
};

/**
 * How a run ended, as one row of the journal together with everything the user gets to see of it. A good result that was there
 * before the stop took effect is delivered, whoever asked to stop.
 */
export function describeEnding(
  live: LiveRun,
  end: { readonly completed: CompletedEvent; readonly notices: readonly string[]; readonly finishedAt: number },
): RunEnding {
  const { completed, finishedAt } = end;
  const state = endState(completed, live.stopReason);
  const isFinal = state === "done" || state === "failed" || completed.answer.trim() !== "";
  const finals = isFinal
    ? finalRows(live.shown(), { ...end, completed: shownResult(completed, state), label: LABELS[state] })
    : [];
  // Where its progress message was never shown, this is all the user would get to see.
  const isOnlyWord = state === "interrupted" && !isFinal;
  const card = isOnlyWord ? interruptedRows(live) : live.card.end(cardEnding(live, state, isFinal));
  return {
    runId: live.run.id,
    state,
    finishedAt,
    answer: completed.answer,
    ...(completed.error !== undefined && { error: completed.error }),
    ...(completed.usage !== undefined && { usage: completed.usage }),
    outbox: [...finals, ...card],
  };
}

function endState(completed: CompletedEvent, stopReason: StopReason | undefined): EndState {
  if (completed.ok) return "done";
  if (stopReason === "cancelled") return "cancelled";
  if (stopReason === "shutdown" || completed.fault === "interrupted") return "interrupted";
  return "failed";
}

/** What the engine says about having been stopped is no news to the user. */
function shownResult(completed: CompletedEvent, state: EndState): CompletedEvent {
  if (state === "done" || state === "failed") return completed;
  const { error: _stopped, ...rest } = completed;
  return rest;
}

/** A stopped run keeps its progress message as its record; otherwise the final takes its place. */
function cardEnding(live: LiveRun, state: EndState, isFinal: boolean): CardEnding {
  const shown = live.shown();
  const isStopped = state === "cancelled" || state === "interrupted";
  if (isFinal && !isStopped && shown.settings.progressEnd === "delete") {
    return ({ messageId }) => ({ type: "delete", messageId });
  }
  const keyboard: Keyboard = state === "interrupted" ? resumeKeyboard(live.run.id) : [];
  const content = isStopped ? runCard(shown, LABELS[state], { keyboard }) : collapsedCard(shown, LABELS[state]);
  return ({ messageId }) => ({ type: "edit", messageId, ...content, ...(isStopped && { mustShow: true }) });
}

/** The row that tells of a run which ended while no bot was watching, where its progress message is known or not. */
export function interruptedRows(live: LiveRun): readonly NewOutboxRow[] {
  const { run } = live;
  const content = runCard(live.shown(), "interrupted", { keyboard: resumeKeyboard(run.id) });
  const edited = live.card.end(({ messageId }) => ({ type: "edit", messageId, ...content }));
  if (edited.length > 0) return edited;
  const operation = {
    type: "send",
    ...content,
    replyTo: run.promptMessageId,
    silent: false,
    urgency: "normal",
  } as const;
  return [{ thread: run.thread, runId: run.id, role: "notice", operation }];
}
