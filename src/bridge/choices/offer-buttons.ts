import type { Sender } from "../../domain/run.ts";
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

/** Where something is offered, and to whom. */
interface OfferPlace {
  readonly thread: Thread;
  /** Absent: to everybody there who may decide. */
  readonly sender?: Sender;
}

/** Buttons that stand for these offers, in their order; kept in the journal so that they work after a restart. */
export function offerButtons(
  { store, clock, newKey }: OfferDeps,
  { thread, sender }: OfferPlace,
  offers: readonly { readonly label: string; readonly offer: Offer }[],
): readonly Button[] {
  const rows = offers.map(({ label, offer }) => ({ id: newKey(), label, offer }));
  const made = { thread, madeAt: clock.now(), ...(sender && { askedBy: sender.id }) };
  store.makeOffers(rows.map(({ id, offer }) => ({ id, offer, ...made })));
  return rows.map(({ id, label }) => ({ label, data: formatCallbackData({ kind: "offer", id }) }));
}
