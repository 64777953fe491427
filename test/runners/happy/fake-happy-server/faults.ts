import { setTimeout as delay } from "node:timers/promises";
import type { StoredSession } from "./account.ts";

/** What goes wrong at a fake server, and how long it waits. */
export class Faults {
  /** Events that are not acknowledged, although something was done or could have been. */
  readonly silentAcks: Set<string> = new Set();
  /** How long a call waits for somebody who listens; 15 s at the real server. */
  listenerMs = 30;
  /** How long it waits for the answer; 30 s there. */
  callMs = 5_000;
  /** So many messages are taken, but the connection breaks before the answer. */
  lostAnswers = 0;
  /** Answers to every request, in place of the real one. */
  httpStatus: number | undefined;
  readonly #conflicts: string[] = [];

  /** Before each of the next changes of metadata somebody else changes it, to one of these. */
  conflictWith(...metadata: readonly string[]): void {
    this.#conflicts.push(...metadata);
  }

  nextConflict(session: StoredSession): boolean {
    const metadata = this.#conflicts.shift();
    if (metadata === undefined) return false;
    Object.assign(session, { metadata, metadataVersion: session.metadataVersion + 1 });
    return true;
  }

  async listenerFor<T>(find: () => T | undefined): Promise<T | undefined> {
    await delay(this.listenerMs);
    return find();
  }
}
