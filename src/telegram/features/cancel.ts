import { cancelByCommand } from "../../bridge/cancel-run.ts";
import { commandOf, type Feature } from "./feature.ts";

/** `/cancel`, as a reply or alone. */
export function cancelFeature(deps: Parameters<typeof cancelByCommand>[0]): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || commandOf(incoming.message.text) !== "cancel") return false;
    cancelByCommand(deps, incoming.message);
    return true;
  };
}
