import type { Deliveries } from "../../bridge/deliveries.ts";
import type { EngineSource } from "../../bridge/ports.ts";
import { say } from "../../bridge/say.ts";
import { coveredCount } from "../../bridge/reveal-secrets.ts";
import type { BridgeSettings } from "../../bridge/settings.ts";
import type { Store } from "../../bridge/store-port.ts";
import { readyEngines } from "../../bridge/known-engines.ts";
import type { Thread } from "../../domain/thread.ts";
import { commandOf, type Feature } from "./feature.ts";

interface HelpDeps {
  readonly store: Store;
  readonly deliveries: Deliveries;
  readonly engines: EngineSource;
  readonly settings: BridgeSettings;
}

/** `/start` and `/help` */
export function helpFeature(deps: HelpDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message") return false;
    const command = commandOf(incoming.message.text);
    if (command !== "start" && command !== "help") return false;
    const { thread, messageId: replyTo } = incoming.message;
    say(deps.deliveries, { thread, replyTo, text: [helpText(deps), ...revealHelp(deps, thread)].join("\n") });
    return true;
  };
}

/** Only where there is something to see. */
function revealHelp(deps: HelpDeps, thread: Thread): readonly string[] {
  return coveredCount(deps, thread) === 0
    ? []
    : ["• /reveal shows what is covered in the latest answer, to you alone."];
}

function helpText({ engines, settings }: HelpDeps): string {
  const continues =
    settings.sessionMode === "chat" ? "Your next message continues the session" : "A reply continues its session";
  const ready = readyEngines(engines);
  return [
    `Send a message and ${settings.defaultEngine} works on it in ${settings.cwd}.`,
    "",
    `• ${continues}; so does a reply to any message of a run.`,
    "• /cancel stops a run, /new starts afresh, /queue shows what waits, /status whether all is well.",
    "• /sessions lists what was begun here or in a terminal, /continue takes the newest.",
    "• A file with a caption is a prompt with that file; so is a reply to a file you sent.",
    "• /plan before a prompt asks for a plan first. /agent, /model and /reasoning choose what this chat uses.",
    `• Begin with ${ready.map((id) => `/${id}`).join(", ")} to choose the engine.`,
    ...(settings.projects.size > 0
      ? [`• Begin with ${[...settings.projects.keys()].map((alias) => `/${alias}`).join(", ")} to choose the project.`]
      : []),
  ].join("\n");
}
