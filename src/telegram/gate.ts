import type { Update } from "grammy/types";
import type { Clock, Log } from "../bridge/ports.ts";
import type { PairingOutcome, Store } from "../bridge/store-port.ts";
import { type AccessRule, isAllowed } from "../routing/access.ts";
import { pairingCodeHash } from "./pairing-code.ts";
import { whoSent } from "./update-source.ts";

export interface GateDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Asked for every update, so that a pairing counts at once. */
  readonly rule: () => AccessRule;
  /** What happens to an update that is let in. */
  readonly admit: (update: Update) => void;
  /** Somebody has just come in by pairing. */
  readonly onPaired: (user: { readonly userId: number; readonly name: string }) => void;
}

/** Strangers are written to the audit once each, and at most this many, so that they can't fill the disk. */
const MAX_AUDITED_STRANGERS = 1_000;

/**
 * The one place where every update, of whatever kind, is checked before anything else happens. Strangers get no answer and cause no
 * work; while a pairing is open, a right code in a private chat lets its sender in.
 */
export function createGate(deps: GateDeps): (update: Update) => void {
  const strangers = new Set<number>();
  return (update) => {
    const origin = whoSent(update);
    if (isAllowed(origin, deps.rule())) return deps.admit(update);
    if (tryPairing(deps, update) === "paired") return;
    const { userId } = origin;
    if (userId === undefined || strangers.has(userId) || strangers.size >= MAX_AUDITED_STRANGERS) return;
    strangers.add(userId);
    deps.log.warn("refused an update of a stranger", { userId });
    deps.store.audit({ at: deps.clock.now(), actor: String(userId), verb: "refuse" });
  };
}

function tryPairing(deps: GateDeps, { message, update_id: updateId }: Update): PairingOutcome | undefined {
  const now = deps.clock.now();
  if (message?.text === undefined || message.chat.type !== "private" || !deps.store.hasOpenPairing(now))
    return undefined;
  const { id: userId, first_name: name } = message.from;
  const user = { userId, name, chatId: message.chat.id, pairedAt: now };
  const outcome = deps.store.tryPairing(pairingCodeHash(message.text), user);
  deps.store.audit({ at: now, actor: String(userId), verb: "pair", detail: { outcome } });
  if (outcome === "paired") {
    // Telegram may deliver it once more; then its sender is let in, and the code must not be run as a prompt.
    deps.store.receiveUpdate({ updateId, payload: "{}", receivedAt: now });
    deps.store.finishUpdate(updateId);
    deps.onPaired(user);
  }
  return outcome;
}
