import type { ButtonPress } from "../../domain/incoming.ts";
import type { Run, RunId } from "../../domain/run.ts";
import type { RunVerb } from "../../routing/callback-data.ts";
import { enterQueue, type PromptDeps } from "../accept-prompt.ts";
import { cancelRun, type CancelOutcome } from "../cancel-run.ts";
import { note } from "../guard.ts";
import { DEAD_BUTTON, type PressGuardDeps, refusePress, whyNotPressed } from "./press-guard.ts";
import { replacePressed } from "./replace-pressed.ts";
import { resumeOnce } from "../resume-run.ts";
import { runCard } from "../run-messages.ts";
import { interruptFor, type SteerDeps, steerRun } from "../queue/steer-run.ts";

export type PressRunDeps = PromptDeps & SteerDeps & PressGuardDeps;

const ALREADY_DECIDED = "This was already decided.";

const CANCEL_TOASTS: Readonly<Record<CancelOutcome, string>> = {
  stopping: "Cancelling…",
  dropped: "Dropped from the queue.",
  ended: "That run has already ended.",
};

/** A press under a message of a run. Returns what the presser is told. */
export function pressRun(deps: PressRunDeps, press: ButtonPress, target: { verb: RunVerb; runId: RunId }): string {
  const run = deps.store.findRun(target.runId);
  const { verb } = target;
  const problem = whyNotPressed(deps, press, { run, verb });
  return problem ?? (run === undefined ? DEAD_BUTTON : pressAllowed(deps, press, { run, verb }));
}

function pressAllowed(deps: PressRunDeps, press: ButtonPress, { run, verb }: { run: Run; verb: RunVerb }): string {
  switch (verb) {
    case "cancel":
      settleStray(deps, press, run);
      return cancelByPress(deps, press, run);
    case "run":
      return releaseHeld(deps, press, run);
    case "discard":
      return discardHeld(deps, press, run);
    case "resume":
      return resumeInterrupted(deps, press, run);
    case "steer":
      return steerRun(deps, run, press.sender);
    case "interrupt":
      return interruptFor(deps, run, press.sender);
    case "wait":
      if (run.state !== "running") return tooLate(deps, press, { run, toast: CANCEL_TOASTS.ended });
      replacePressed(deps, press, `Still waiting for ${run.engine}.`);
      return "I'll go on waiting.";
  }
}

function cancelByPress(deps: PressRunDeps, press: ButtonPress, run: Run): string {
  const outcome = cancelRun(deps, run.id, press.sender);
  const toast = CANCEL_TOASTS[outcome];
  return outcome === "ended" ? tooLate(deps, press, { run, toast }) : toast;
}

/** A button that had its effect, or lost it, before. */
function tooLate(deps: PressRunDeps, press: ButtonPress, { run, toast }: { run: Run; toast: string }): string {
  return refusePress(deps, press, { why: "an old button", toast, subject: run.id });
}

/**
 * A message with a cancel button that is no progress message the journal knows: a notice, or a receipt whose id was lost with Telegram's
 * answer, or is only not noted yet. Nobody would ever change the first two again; a receipt becomes the run's message where it has none.
 */
function settleStray({ store, deliveries, lives }: PressRunDeps, { thread, messageId }: ButtonPress, run: Run): void {
  const message = { chatId: thread.chatId, messageId };
  const link = store.findMessage(message);
  if (link !== undefined && link.role !== "notice") return;
  if (link === undefined && isActive(run) && lives.open(run).card.adopt(message)) return;
  deliveries.enqueue({ thread, role: "notice", operation: { type: "delete", messageId } });
}

function isActive({ state }: Run): boolean {
  return state === "queued" || state === "running";
}

function releaseHeld(deps: PressRunDeps, press: ButtonPress, run: Run): string {
  if (!deps.store.releaseRun(run.id)) return tooLate(deps, press, { run, toast: ALREADY_DECIDED });
  note(deps, press.sender, { verb: "run", subject: run.id });
  replacePressed(deps, press, "Running it now.");
  enterQueue(deps, { ...run, state: "queued" });
  return "Running it.";
}

function discardHeld(deps: PressRunDeps, press: ButtonPress, run: Run): string {
  const finishedAt = deps.clock.now();
  if (run.state !== "held") return tooLate(deps, press, { run, toast: ALREADY_DECIDED });
  deps.store.endRun({ runId: run.id, state: "cancelled", finishedAt, outbox: [] });
  note(deps, press.sender, { verb: "discard", subject: run.id });
  replacePressed(deps, press, "Discarded.");
  return "Discarded.";
}

/** Goes on in the session of a run that the bot's end cut short; without a session the prompt is run again. */
function resumeInterrupted(deps: PressRunDeps, press: ButtonPress, run: Run): string {
  const { sender, updateId } = press;
  const prompt = run.resume === undefined ? run.prompt : "continue";
  if (run.state !== "interrupted" || !resumeOnce(deps, { run, prompt, sender, updateId }))
    return tooLate(deps, press, { run, toast: "This was already resumed." });
  replaceCard(deps, press, run);
  return "Resuming.";
}

/** The card stays as the record of what was interrupted, without its button. */
function replaceCard({ lives, deliveries }: PressRunDeps, { thread, messageId }: ButtonPress, run: Run): void {
  const card = runCard(lives.open(run).shown(), "interrupted", { keyboard: [] });
  lives.close(run.id);
  deliveries.enqueue({ thread, role: "notice", operation: { type: "edit", messageId, ...card } });
}
