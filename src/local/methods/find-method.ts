import { chatMethods } from "./chats.ts";
import { commandMethods } from "./commands.ts";
import { mediaMethods } from "./media.ts";
import { messageMethods } from "./messages.ts";
import type { BotMethod } from "./method.ts";
import { pressMethods } from "./presses.ts";
import { receivingMethods } from "./receiving.ts";
import { topicMethods } from "./topics.ts";

const METHODS: ReadonlyMap<string, { readonly name: string; readonly run: BotMethod }> = new Map(
  [receivingMethods, messageMethods, mediaMethods, pressMethods, chatMethods, topicMethods, commandMethods]
    .flatMap((group) => Object.entries(group))
    .map(([name, run]) => [name.toLowerCase(), { name, run }]),
);

/** The method of this name in any case of letters, with Telegram's spelling of it. */
export function findMethod(name: string): { readonly name: string; readonly run: BotMethod } | undefined {
  return METHODS.get(name.toLowerCase());
}

/** Whether Telegram counts a call of this method against the limits of its chat. */
export function countsAgainstLimits(name: string): boolean {
  return !/^(get|answer|setmycommands|deletemycommands|setchatmenubutton)/i.test(name);
}
