import type { Deliveries } from "../../bridge/deliveries.ts";
import { moveChat } from "../../bridge/move-chat.ts";
import type { Log } from "../../bridge/ports.ts";
import type { BridgeSettings } from "../../bridge/settings.ts";
import type { Store } from "../../bridge/store-port.ts";
import type { Feature } from "./feature.ts";

interface ChatChangesDeps {
  readonly store: Store;
  readonly log: Log;
  readonly deliveries: Deliveries;
  readonly settings: BridgeSettings;
}

/** The bot was unblocked or let in again, or a group got a new id: what could not be delivered goes out. */
export function chatChangesFeature(deps: ChatChangesDeps): Feature {
  return (incoming) => {
    if (incoming.kind === "membership") {
      if (incoming.change.canWrite) deps.deliveries.reopen(incoming.change.chatId);
      return true;
    }
    if (incoming.kind !== "migrated") return false;
    moveChat({ ...deps, secrets: deps.settings.secrets }, incoming.migration.fromChatId, incoming.migration.toChatId);
    deps.deliveries.wake();
    return true;
  };
}
