import { z } from "zod";
import type { Store } from "../bridge/store-port.ts";
import type { Journal } from "./journal.ts";

export interface InboxRepository extends Pick<Store, "receiveUpdate" | "pendingUpdates"> {
  /** False when the update already had its effect. One that was never received counts as new, and is remembered. */
  finishUpdate(updateId: number): boolean;
}

const updateRow = z.object({ updateId: z.number(), payload: z.string(), receivedAt: z.number() });

export function createInboxRepository(journal: Journal, now: () => number): InboxRepository {
  const receive = journal.change(
    `INSERT INTO inbox (update_id, payload, received_at, state) VALUES (@updateId, @payload, @receivedAt, 'pending')
     ON CONFLICT (update_id) DO NOTHING`,
  );
  const pending = journal.list(
    `SELECT update_id AS updateId, payload, received_at AS receivedAt FROM inbox WHERE state = 'pending' ORDER BY seq`,
    updateRow,
  );
  // The id stays for deduplication; the payload has served.
  const finish = journal.change(
    `INSERT INTO inbox (update_id, payload, received_at, state) VALUES (@updateId, '', @now, 'finished')
     ON CONFLICT (update_id) DO UPDATE SET state = 'finished', payload = '' WHERE state = 'pending'`,
  );
  return {
    receiveUpdate: ({ updateId, payload, receivedAt }) => receive({ updateId, payload, receivedAt }) === 1,
    pendingUpdates: () => pending({}),
    finishUpdate: (updateId) => finish({ updateId, now: now() }) === 1,
  };
}
