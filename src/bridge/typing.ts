import type { LiveRun } from "./live-run.ts";
import type { Chat } from "./chat-port.ts";
import type { Clock } from "./ports.ts";

/** Telegram shows "typing…" for 5 s after each call; in a busy chat a call waits more than 1 s for its turn. */
const REARM_MS = 3_500;

/**
 * Shows "typing…" while a run works. Only in private chats: in groups it would eat the 20 calls a minute that edits need.
 * Returns how to end it; after that no further call is made.
 */
export function startTyping(deps: { chat: Chat; clock: Clock }, live: LiveRun): () => void {
  const { thread, id } = live.run;
  if (thread.chatId < 0) return () => {};
  let cancelTimer = (): void => {};
  const rearm = (): void => {
    // While it waits for an answer the user is to write, not the bot.
    if (!live.isWaiting) deps.chat.typing(thread, id);
    cancelTimer = deps.clock.setTimer(REARM_MS, rearm);
  };
  rearm();
  return () => cancelTimer();
}
