import type { ButtonPress } from "../../domain/incoming.ts";
import type { Run } from "../../domain/run.ts";
import type { RunVerb } from "../../routing/callback-data.ts";
import { type GuardDeps, whyNotFor } from "../guard.ts";
import type { LiveRuns } from "../live-runs.ts";

export type PressGuardDeps = GuardDeps & { readonly lives: LiveRuns };

/** What a press is told that no button of ours made, or that was made by one under another message. */
export const DEAD_BUTTON = "This button no longer works.";

/** Says no to a press, in the audit too. Returns what the presser is told. */
export function refusePress(
  { refusals }: Pick<GuardDeps, "refusals">,
  { sender, thread, messageId }: ButtonPress,
  refusal: { readonly why: string; readonly toast: string; readonly subject?: string },
): string {
  const { why, toast, subject } = refusal;
  refusals.refuse({
    by: sender,
    why,
    detail: { chat: thread.chatId, message: messageId },
    ...(subject !== undefined && { subject }),
  });
  return toast;
}

/** Why a press on a button of a run counts for nothing, as a toast; undefined when it counts. */
export function whyNotPressed(
  deps: PressGuardDeps,
  press: ButtonPress,
  target: { readonly run: Run | undefined; readonly verb: RunVerb },
): string | undefined {
  const { run, verb } = target;
  const isHere = run?.thread.chatId === press.thread.chatId && carries(deps, press, run);
  if (run === undefined || !isHere)
    return refusePress(deps, press, { why: "a button that is not of this message", toast: DEAD_BUTTON });
  // What is only stopped gets nobody into a session.
  const isStopping = verb === "cancel" || verb === "discard" || verb === "wait";
  const { resume, ...rest } = run;
  return whyNotFor(deps, press.sender, { ...rest, ...(resume && !isStopping && { resume }) });
}

/**
 * Whether the pressed message is one of the run's. One that the journal does not know may be, as long as the id of a message of this run
 * is not known: it is on its way, or Telegram's answer to it was lost.
 */
function carries({ store, lives }: PressGuardDeps, { thread, messageId }: ButtonPress, run: Run): boolean {
  const link = store.findMessage({ chatId: thread.chatId, messageId });
  if (link !== undefined) return link.runId === run.id;
  if (store.isSendingFor(run.id) || lives.find(run.id)?.card.mayHaveStrays === true) return true;
  return run.state !== "held" && store.progressMessage(run.id) === undefined;
}
