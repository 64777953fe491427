import type { HappyClient } from "./client/happy-client.ts";
import type { LiveSession } from "./client/live-session.ts";
import type { RunPatience } from "./patience.ts";
import type { Signs } from "./signs.ts";

export interface WakeOptions {
  readonly client: HappyClient;
  readonly live: LiveSession;
  readonly signs: Signs;
  readonly patience: RunPatience;
  /** The program must be started again, which takes some seconds. */
  readonly onStart: () => void;
  /** An earlier prompt is being answered. Call what is returned when it has been. */
  readonly onBusy: () => () => void;
}

/**
 * Resolves when an existing session will take a prompt at once: its program is there, and answers no other prompt. A prompt sent earlier
 * would be stored and never read, or its answer be mistaken for that of the other. Throws as `resumeSession`.
 */
export async function wake(options: WakeOptions): Promise<void> {
  const { live, patience } = options;
  const isThere = await live.isThere(live.session.active ? patience.surelyMs : patience.knockMs);
  if (isThere) await waitWhileBusy(options);
  else await start(options);
}

async function start({ client, live, signs, patience, onStart }: WakeOptions): Promise<void> {
  const { seen } = signs;
  onStart();
  await client.resumeSession(live.session.id);
  await signs.after(seen, patience.resumeMs);
}

/** Mostly the last message tells that nothing is going on. Where it does not, the session tells within 2 s. */
async function waitWhileBusy({ live, signs, patience, onBusy }: WakeOptions): Promise<void> {
  const seq = await live.openPrompt();
  if (seq === undefined) return;
  const isThinking = await signs.thinking(patience.busyMs);
  if (isThinking !== true && signs.pending === 0) return;
  const isOver = onBusy();
  await live.follow(seq).outcome;
  isOver();
}
