import { acceptPrompt, type PromptDeps } from "../../bridge/accept-prompt.ts";
import type { Feature } from "./feature.ts";

/** Everything else a user writes is a prompt. */
export function promptFeature(deps: PromptDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message") return false;
    acceptPrompt(deps, incoming.message);
    return true;
  };
}
