import { z } from "zod";
import { badRequest } from "../bot-api-failure.ts";
import { countCodePoints } from "../text/code-points.ts";
import type { LocalCommand } from "../world/event-log.ts";
import type { BotCall, BotMethods } from "./method.ts";

/** The bot's command menus. */
export const commandMethods: BotMethods = {
  setMyCommands,
  getMyCommands: (call) => call.state.commands.get(scopeKey(call)),
  deleteMyCommands: (call) => store(call, []),
};

/** Telegram: at most 100 commands in a menu. */
const MAX_COMMANDS = 100;

const Commands = z.array(z.looseObject({ command: z.string(), description: z.string() }));
const Scope = z.looseObject({
  type: z.enum([
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
  ]),
  chat_id: z.number().optional(),
  user_id: z.number().optional(),
});

function setMyCommands(call: BotCall): unknown {
  const parsed = Commands.safeParse(call.params.json("commands", "bot commands"));
  if (!parsed.success) throw badRequest("can't parse BotCommand: expected an Array of BotCommand");
  if (parsed.data.length > MAX_COMMANDS) throw badRequest("BOT_COMMANDS_TOO_MUCH");
  return store(call, parsed.data.map(checkCommand));
}

function checkCommand({ command, description }: LocalCommand): LocalCommand {
  const name = command.replace(/^\//, "");
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest("BOT_COMMAND_INVALID");
  if (description === "" || countCodePoints(description) > 256) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
  return { command: name, description };
}

function store(call: BotCall, commands: readonly LocalCommand[]): true {
  const scope = scopeKey(call);
  call.state.commands.set(scope, commands);
  call.state.events.append({ type: "commands", scope, commands });
  return true;
}

// `default`, `chat:<id>`, `chat_member:<chat>:<user>`, and `…/<language>` when one is named.
function scopeKey({ state, params }: BotCall): string {
  const parsed = Scope.safeParse(params.json("scope", "BotCommandScope") ?? { type: "default" });
  if (!parsed.success) throw badRequest("can't parse BotCommandScope: Unsupported type specified");
  const { type, chat_id, user_id } = parsed.data;
  if (type.startsWith("chat") && !state.chats.has(chat_id ?? 0)) throw badRequest("chat not found");
  const language = params.text("language_code") ?? "";
  const place = [type, chat_id, user_id].filter((part) => part !== undefined).join(":");
  return language === "" ? place : `${place}/${language}`;
}
