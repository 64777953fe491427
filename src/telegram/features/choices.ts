import { agentCommand } from "../../bridge/choices/agent-command.ts";
import type { ChoiceDeps } from "../../bridge/choices/choice-deps.ts";
import { optionCommand } from "../../bridge/choices/option-command.ts";
import { commandOf, type Feature } from "./feature.ts";

/** `/agent`, `/model` and `/reasoning` */
export function choicesFeature(deps: ChoiceDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message") return false;
    const { message } = incoming;
    const command = commandOf(message.text);
    if (command === "agent") agentCommand(deps, message);
    else if (command === "model") optionCommand(deps, message, "model");
    else if (command === "reasoning") optionCommand(deps, message, "effort");
    else return false;
    return true;
  };
}
