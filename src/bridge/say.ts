import type { RunId } from "../domain/run.ts";
import type { Thread } from "../domain/thread.ts";
import { plain } from "../render/text-builder.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Keyboard } from "./chat-port.ts";
import type { NewOutboxRow } from "./store-port.ts";

export interface Notice {
  readonly thread: Thread;
  readonly text: string;
  readonly replyTo?: number;
  readonly keyboard?: Keyboard;
  /** Makes the notice a message of that run: a reply to it continues the run's session. */
  readonly runId?: RunId;
  /** True where the user must act. Default: silent. */
  readonly isLoud?: boolean;
}

/** Tells the user something in the bot's own words; durable, like everything the user is meant to see. */
export function say(deliveries: Deliveries, notice: Notice): void {
  deliveries.enqueue(noticeRow(notice));
}

/** The same, to be written together with what it tells of. */
export function noticeRow(notice: Notice): NewOutboxRow {
  const { thread, text, runId, isLoud = false, ...rest } = notice;
  const operation = { type: "send", content: plain(text), silent: !isLoud, urgency: "normal", ...rest } as const;
  return { thread, role: "notice", operation, ...(runId && { runId }) };
}
