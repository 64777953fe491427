import { revealSecrets, type RevealDeps } from "../../bridge/reveal-secrets.ts";
import { commandOf, type Feature } from "./feature.ts";

/** `/reveal`, as a reply or alone. */
export function revealFeature(deps: RevealDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || commandOf(incoming.message.text) !== "reveal") return false;
    return { later: revealSecrets(deps, incoming.message) };
  };
}
