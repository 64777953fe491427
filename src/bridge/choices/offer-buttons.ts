import type { Thread } from "../../domain/thread.ts";
import { formatCallbackData } from "../../routing/callback-data.ts";
import type { Button } from "../chat-port.ts";
import type { Clock } from "../ports.ts";
import type { ChoiceStore, Offer } from "./choice-store.ts";

export interface OfferDeps {
  readonly store: ChoiceStore;
  readonly clock: Clock;
  /** A new name for an offer: 12 random characters of `[0-9a-z]`. */
  readonly newKey: () => string;
}

/** Buttons that stand for these offers, in their order; kept in the journal so that they work after a restart. */
export function offerButtons(
  { store, clock, newKey }: OfferDeps,
  thread: Thread,
  offers: readonly { readonly label: string; readonly offer: Offer }[],
): readonly Button[] {
  const rows = offers.map(({ label, offer }) => ({ id: newKey(), label, offer }));
  store.makeOffers(rows.map(({ id, offer }) => ({ id, thread, offer, madeAt: clock.now() })));
  return rows.map(({ id, label }) => ({ label, data: formatCallbackData({ kind: "offer", id }) }));
}
