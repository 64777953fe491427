import type { Deliveries } from "../../bridge/deliveries.ts";
import type { Store } from "../../bridge/ports.ts";
import type { Feature } from "./feature.ts";

/** The bot was unblocked or let in again, or a group got a new id: what could not be delivered goes out. */
export function chatChangesFeature({ store, deliveries }: { store: Store; deliveries: Deliveries }): Feature {
  return (incoming) => {
    if (incoming.kind === "membership") {
      if (incoming.change.canWrite) store.retryFailed(incoming.change.chatId);
    } else if (incoming.kind === "migrated") {
      store.migrateChat(incoming.migration.fromChatId, incoming.migration.toChatId);
    } else {
      return false;
    }
    deliveries.wake();
    return true;
  };
}
