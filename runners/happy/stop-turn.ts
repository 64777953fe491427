import { MachineOfflineError } from "./client/errors.ts";
import type { HappyClient } from "./client/happy-client.ts";
import type { LiveSession, Turn } from "./client/live-session.ts";
import type { RunPatience } from "./patience.ts";
import { within } from "./within.ts";

export interface StopTurnOptions {
  readonly client: HappyClient;
  readonly live: LiveSession;
  /** The prompt may still be on its way. */
  readonly sending: Promise<Turn>;
  readonly patience: RunPatience;
}

/** Ends a turn: by the agent's own interrupt, and where that does not help, with the session's program. */
export async function stopTurn({ client, live, sending, patience }: StopTurnOptions): Promise<void> {
  const turn = await within(sending, patience.abortMs);
  const isStopped = await within(interrupted(live, turn), patience.abortMs);
  if (isStopped !== true) await within(client.stopSession(live.session.id), patience.stopMs);
}

/** Resolves to true when nothing goes on any more: the turn has ended, or nobody is there who could do anything. */
async function interrupted(live: LiveSession, turn: Turn | undefined): Promise<boolean> {
  try {
    await live.abort();
  } catch (error) {
    if (error instanceof MachineOfflineError) return true;
    throw error;
  }
  // A turn that was given up has an outcome, and goes on.
  const outcome = await turn?.outcome;
  return outcome !== undefined && outcome.status !== "timeout" && outcome.status !== "unheard";
}
