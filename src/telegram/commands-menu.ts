import type { BotCommand } from "grammy/types";
import { clipped } from "../domain/clipped.ts";

/** A command as the menu shows it. */
export interface MenuCommand {
  /** Without the slash. */
  readonly name: string;
  readonly description: string;
}

/** Telegram: at most 100 commands, names of 1-32 of these characters, descriptions of 1-256 characters. */
const MAX_COMMANDS = 100;
const NAME = /^[a-z0-9_]{1,32}$/;
const MAX_DESCRIPTION_CHARS = 256;

/** Stopping a run must never fall off the end of the menu. */
const CANCEL: MenuCommand = { name: "cancel", description: "cancel the run" };

/**
 * The commands for `setMyCommands`, in the order given; of equal names the first. Names Telegram does not take are left out (they
 * still work when typed), a missing description becomes the name. `cancel` is always in it, last when it would have been cut off.
 */
export function commandsMenu(commands: readonly MenuCommand[]): BotCommand[] {
  const byName = new Map<string, MenuCommand>();
  for (const command of [...commands, CANCEL]) {
    if (NAME.test(command.name) && !byName.has(command.name)) byName.set(command.name, command);
  }
  const all = [...byName.values()];
  const shown = all.slice(0, MAX_COMMANDS);
  const cancel = byName.get(CANCEL.name) ?? CANCEL;
  const menu = shown.includes(cancel) ? shown : [...shown.slice(0, -1), cancel];
  return menu.map(({ name, description }) => ({
    command: name,
    description: clipped(description.trim() || name, MAX_DESCRIPTION_CHARS),
  }));
}
