import { startNewSession } from "../../bridge/start-new-session.ts";
import { commandOf, type Feature } from "./feature.ts";

/** `/new` */
export function newSessionFeature(deps: Parameters<typeof startNewSession>[0]): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || commandOf(incoming.message.text) !== "new") return false;
    startNewSession(deps, incoming.message);
    return true;
  };
}
