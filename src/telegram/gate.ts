import type { Update } from "grammy/types";
import type { Clock } from "../bridge/ports.ts";
import type { Refusals } from "../bridge/refusals.ts";
import type { PairingOutcome, Store } from "../bridge/store-port.ts";
import { type AccessRule, isAllowed } from "../routing/access.ts";
import { pairingCodeHash } from "./pairing-code.ts";
import { whoSent } from "./update-source.ts";

export interface GateDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly refusals: Refusals;
  /** Asked for every update, so that a pairing counts at once. */
  readonly rule: () => AccessRule;
  /** What happens to an update that is let in. */
  readonly admit: (update: Update) => void;
  /** Somebody has just come in by pairing. */
  readonly onPaired: (user: { readonly userId: number; readonly name: string }) => void;
}

/**
 * The one place where every update, of whatever kind, is checked before anything else happens. Strangers get no answer and cause no
 * work; while a pairing is open, a right code in a private chat lets its sender in.
 */
export function createGate(deps: GateDeps): (update: Update) => void {
  return (update) => {
    const origin = whoSent(update);
    if (isAllowed(origin, deps.rule())) return deps.admit(update);
    if (tryPairing(deps, update) === "paired") return;
    const { userId, name, chatId } = origin;
    if (userId === undefined) return;
    const by = { id: userId, ...(name !== undefined && { name }) };
    deps.refusals.refuseStranger(by, { ...(chatId !== undefined && { chat: chatId }) });
  };
}

function tryPairing(deps: GateDeps, { message, update_id: updateId }: Update): PairingOutcome | undefined {
  const now = deps.clock.now();
  if (message?.text === undefined || message.chat.type !== "private" || !deps.store.hasOpenPairing(now))
    return undefined;
  const { id: userId, first_name: name } = message.from;
  const user = { userId, name, chatId: message.chat.id, pairedAt: now };
  const outcome = deps.store.tryPairing(pairingCodeHash(message.text), user);
  deps.store.audit({ at: now, actor: String(userId), verb: "pair", detail: { outcome, name } });
  if (outcome === "paired") {
    // Telegram may deliver it once more; then its sender is let in, and the code must not be run as a prompt.
    deps.store.receiveUpdate({ updateId, payload: "{}", receivedAt: now });
    deps.store.finishUpdate(updateId);
    deps.onPaired(user);
  }
  return outcome;
}
