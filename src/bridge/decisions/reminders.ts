import type { Run } from "../../domain/run.ts";
import { say } from "../say.ts";
import type { DecisionDeps } from "./decision-deps.ts";
import type { DecisionKey } from "./decision-store.ts";

/** Each reminder comes this many times later than the one before, and at least once a day. */
const GROWTH = 6;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Says again, more and more rarely, that an engine waits for an answer. Returns how to end it. */
export function startReminders(deps: DecisionDeps, run: Run, key: DecisionKey): () => void {
  const { remindAfterMs } = deps.settings;
  if (remindAfterMs === 0) return () => {};
  let cancel = (): void => {};
  const arm = (delayMs: number): void => {
    cancel = deps.clock.setTimer(delayMs, () => {
      remind(deps, run, key);
      arm(Math.min(DAY_MS, delayMs * GROWTH));
    });
  };
  arm(remindAfterMs);
  return () => cancel();
}

function remind({ store, deliveries }: DecisionDeps, run: Run, key: DecisionKey): void {
  const replyTo = store.findDecision(key)?.message?.messageId;
  const text = `${run.engine} still waits for your answer.`;
  say(deliveries, { thread: run.thread, runId: run.id, text, isLoud: true, ...(replyTo !== undefined && { replyTo }) });
}
