import type { Api } from "grammy";
import type { Chat } from "../bridge/chat-port.ts";
import type { EngineSource, Log } from "../bridge/ports.ts";
import type { BridgeSettings } from "../bridge/settings.ts";
import { readyEngines } from "../bridge/known-engines.ts";
import type { MessageText } from "../domain/message-text.ts";
import { bold, code, join, plain } from "../render/text-builder.ts";
import { commandsMenu, type MenuCommand } from "./commands-menu.ts";

export interface AnnounceDeps {
  readonly api: Api;
  readonly chat: Chat;
  readonly log: Log;
  readonly engines: EngineSource;
  readonly settings: BridgeSettings;
  /** Where to say that the bot is ready; nowhere when absent. */
  readonly mainChatId?: number;
}

/** Sets the command menu and says silently that the bot is there. Neither is worth failing or waiting for. */
export async function announce({ api, chat, log, engines, settings, mainChatId }: AnnounceDeps): Promise<void> {
  const ready = readyEngines(engines);
  try {
    await api.setMyCommands(commandsMenu(menu(ready, settings)));
    if (mainChatId === undefined) return;
    const content = readyText(ready, settings);
    await chat.send({ thread: { chatId: mainChatId }, content, silent: true, urgency: "normal" });
  } catch (error) {
    log.warn("the bot could not announce itself", { reason: error instanceof Error ? error.message : String(error) });
  }
}

function menu(engines: readonly string[], { projects }: BridgeSettings): readonly MenuCommand[] {
  return [
    ...engines.map((id) => ({ name: commandName(id), description: `use engine: ${id}` })),
    ...[...projects.keys()].map((alias) => ({ name: commandName(alias), description: `work on: ${alias}` })),
    { name: "new", description: "start a new session" },
    { name: "sessions", description: "recent sessions here, also those of a terminal" },
    { name: "continue", description: "go on with the newest session" },
    { name: "plan", description: "work out a plan first" },
    { name: "queue", description: "what runs and what waits" },
    { name: "status", description: "whether all is well, and what goes on" },
    { name: "agent", description: "choose the engine of this chat" },
    { name: "model", description: "choose the model" },
    { name: "reasoning", description: "choose the reasoning effort" },
    { name: "cancel", description: "cancel a run" },
    { name: "help", description: "what this bot does" },
  ];
}

/** Telegram takes no `-` there; directives know both spellings. */
function commandName(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

function readyText(engines: readonly string[], settings: BridgeSettings): MessageText {
  const row = (label: string, value: string): MessageText => join([plain(`${label}: `), code(value)]);
  const rows = [
    row("default", settings.defaultEngine),
    row("engines", engines.join(", ")),
    ...(settings.projects.size > 0 ? [row("projects", [...settings.projects.keys()].join(", "))] : []),
    row("mode", settings.sessionMode),
    row("working in", settings.cwd),
  ];
  return join([join([plain("🐙 "), bold("takopi is ready")]), join(rows, "\n")], "\n\n");
}
