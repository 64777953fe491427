import type { Deliveries } from "../deliveries.ts";
import type { Clock, Log } from "../ports.ts";
import type { BridgeSettings } from "../settings.ts";
import type { Store } from "../store-port.ts";
import type { DecisionKey } from "./decision-store.ts";

/** What asking the user takes. */
export interface DecisionDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: BridgeSettings;
  readonly deliveries: Deliveries;
  /** A new name for a decision: 12 random characters of `[0-9a-z]`. */
  readonly newKey: () => DecisionKey;
}
