import { showStatus, type ShowStatusDeps } from "../../bridge/status/show-status.ts";
import { commandOf, type Feature } from "./feature.ts";

/** `/status` */
export function statusFeature(deps: ShowStatusDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || commandOf(incoming.message.text) !== "status") return false;
    showStatus(deps, incoming.message);
    return true;
  };
}
