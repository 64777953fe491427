import { randomInt } from "node:crypto";
import type { Clock, Log } from "../bridge/ports.ts";
import { Refusals } from "../bridge/refusals.ts";
import type { PairedUser, Store } from "../bridge/store-port.ts";
import { createApi } from "../telegram/create-api.ts";
import { createGate } from "../telegram/gate.ts";
import { pairingCodeHash } from "../telegram/pairing-code.ts";
import { createPoller } from "../telegram/poll-updates.ts";
import { systemClock } from "./system-clock.ts";

/** Without 0, O, 1, I and the like: codes are read off one screen and typed into another. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const CODE_LENGTH = 8;
const CODE_VALID_MS = 60 * 60 * 1000;

/** Opens a pairing for one hour and returns its one-time code; only the code's hash is stored. Replaces an open pairing. */
export function openPairing(store: Store, clock: Clock = systemClock): string {
  const code = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  store.openPairing(pairingCodeHash(code), clock.now() + CODE_VALID_MS);
  return code;
}

export interface PairingWait {
  readonly token: string;
  readonly apiRoot: string;
  readonly store: Store;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Receives updates without a bot running until somebody sends the open code; undefined when `signal` aborts first. What users who
 * are already paired send meanwhile waits in the inbox for the next start. Only one process may poll: hold the instance lock.
 */
export async function waitForPairing({
  token,
  apiRoot,
  store,
  log,
  signal,
}: PairingWait): Promise<PairedUser | undefined> {
  const clock = systemClock;
  const done = new AbortController();
  let paired: PairedUser | undefined;
  const known = new Set(store.pairedUsers().map((user) => user.userId));
  const receive = createGate({
    store,
    clock,
    refusals: new Refusals({ store, clock, log }),
    rule: () => ({ userIds: known, chatIds: new Set(), chats: new Map(), projects: new Map() }),
    admit: (update) =>
      void store.receiveUpdate({
        updateId: update.update_id,
        payload: JSON.stringify(update),
        receivedAt: clock.now(),
      }),
    onPaired: ({ userId }) => {
      paired = store.pairedUsers().find((user) => user.userId === userId);
      done.abort();
    },
  });
  const poller = createPoller({ api: createApi({ token, apiRoot }), receive, clock, log });
  await poller.run(AbortSignal.any([signal, done.signal]));
  return paired;
}
