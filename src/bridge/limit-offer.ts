import type { CompletedEvent } from "../domain/event.ts";
import type { Run } from "../domain/run.ts";
import { clockTime } from "../progress/clock-time.ts";
import { formatElapsed } from "../progress/elapsed.ts";
import { plain } from "../render/text-builder.ts";
import { type OfferDeps, offerButtons } from "./choices/offer-buttons.ts";
import type { NewOutboxRow } from "./store-port.ts";

/** Limits last five hours, or a week; a time further off is a mistake. */
const MAX_WAIT_MS = 8 * 24 * 60 * 60_000;

/**
 * Offers to go on when the account's limit is over, where the engine said when that is. Nothing goes on by itself; what was chosen is in
 * the queue, where it can be dropped, and survives a restart.
 */
export function limitOffer(deps: OfferDeps, run: Run, { fault, resetsAt }: CompletedEvent): readonly NewOutboxRow[] {
  const now = deps.clock.now();
  if (fault !== "usage_limit" || resetsAt === undefined || resetsAt <= now || resetsAt - now > MAX_WAIT_MS) return [];
  const time = clockTime(resetsAt, now);
  const prompt = run.resume === undefined ? run.prompt : "continue";
  const buttons = offerButtons(deps, run, [
    { label: `Resume at ${time}`, offer: { kind: "prompt", runId: run.id, prompt, notBefore: resetsAt } },
    { label: "Leave", offer: { kind: "leave" } },
  ]);
  const content = plain(`${run.engine}'s limit is over at ${time}, in ${formatElapsed(resetsAt - now)}.`);
  const operation = {
    type: "send",
    content,
    keyboard: [buttons],
    replyTo: run.promptMessageId,
    silent: true,
    urgency: "normal",
  } as const;
  return [{ thread: run.thread, runId: run.id, role: "notice", operation }];
}
