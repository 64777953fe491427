import type { ChoiceDeps } from "../../bridge/choices/choice-deps.ts";
import type { ContinueDeps } from "../../bridge/choices/continue-session.ts";
import { continueCommand, sessionsCommand } from "../../bridge/choices/sessions-command.ts";
import type { Log } from "../../bridge/ports.ts";
import { commandOf, type Feature } from "./feature.ts";

/** `/sessions` and `/continue`. Engines take their time to list what they have. */
export function sessionsFeature(deps: ChoiceDeps & ContinueDeps & { readonly log: Log }): Feature {
  return (incoming) => {
    if (incoming.kind !== "message") return false;
    const { message } = incoming;
    const command = commandOf(message.text);
    if (command === "sessions") return { later: sessionsCommand(deps, message) };
    return command === "continue" && { later: continueCommand(deps, message) };
  };
}
