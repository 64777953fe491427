import { clipped } from "../domain/clipped.ts";
import { plain } from "../render/text-builder.ts";
import { formatElapsed } from "../progress/elapsed.ts";
import type { Keyboard } from "./chat-port.ts";
import type { Deliveries } from "./deliveries.ts";
import type { LiveRun } from "./live-run.ts";
import type { Clock } from "./ports.ts";
import { runButton } from "./run-button.ts";

export interface SilenceWatch {
  /** The engine said something. */
  readonly heard: () => void;
  readonly stop: () => void;
}

const MAX_SAID_CHARS = 300;

/**
 * Tells the user once when an engine has said nothing for `afterMs` (0: never); after its next word the watch begins anew. Waiting for
 * the user is not silence. Nothing is stopped by itself: a long build is silent too.
 */
export function watchSilence(
  deps: { clock: Clock; deliveries: Deliveries },
  live: LiveRun,
  afterMs: number,
): SilenceWatch {
  let heardAt = deps.clock.now();
  let cancel = (): void => {};
  let isArmed = false;
  const arm = (delayMs: number): void => {
    isArmed = afterMs > 0;
    if (isArmed) cancel = deps.clock.setTimer(delayMs, check);
  };
  const check = (): void => {
    const silentMs = deps.clock.now() - Math.max(heardAt, live.waitedUntil);
    if (silentMs < afterMs) return arm(afterMs - silentMs);
    isArmed = false;
    sayNotice(deps.deliveries, live, afterMs);
  };
  const heard = (): void => {
    heardAt = deps.clock.now();
    // An engine says thousands of words: the timer goes on, and looks at the time of the last one.
    if (!isArmed) arm(afterMs);
  };
  arm(afterMs);
  return { heard, stop: () => cancel() };
}

function sayNotice(deliveries: Deliveries, live: LiveRun, silentMs: number): void {
  const { id: runId, thread, engine, promptMessageId: replyTo } = live.run;
  const latest = live.shown().progress.actions.at(-1)?.action.title;
  const doing = latest === undefined ? "" : `\nThe last it said: ${clipped(latest, MAX_SAID_CHARS)}`;
  const content = plain(`${engine} has been silent for ${formatElapsed(silentMs)}.${doing}`);
  const keyboard: Keyboard = [[runButton(runId, "cancel", "Stop"), runButton(runId, "wait", "Keep waiting")]];
  const operation = { type: "send", content, keyboard, replyTo, silent: false, urgency: "normal" } as const;
  deliveries.enqueue({ thread, runId, role: "notice", operation });
}
