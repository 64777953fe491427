import { badRequest } from "../bot-api-failure.ts";
import { toApiMessage, type LocalMessage } from "../bot-api-types.ts";
import type { LocalChat } from "../world/local-chat.ts";
import { changeMessage, postMessage, removeMessage, secondsNow } from "../world/posting.ts";
import { readCaption, readText, textKeys } from "./content.ts";
import { readKeyboard } from "./keyboard.ts";
import type { BotCall, BotMethods } from "./method.ts";
import { isByBot, placeMessage, requireChat, requireMessage, requireOwnMessage } from "./targets.ts";

/** Sending, editing and deleting texts. */
export const messageMethods: BotMethods = {
  sendMessage,
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
};

/** Telegram: a bot deletes messages up to 48 hours old. */
const MAX_DELETE_AGE_S = 48 * 60 * 60;
const NOT_MODIFIED =
  "message is not modified: specified new message content and reply markup are exactly the same as a current content " +
  "and reply markup of the message";

function sendMessage(call: BotCall): unknown {
  if ((call.params.text("text") ?? "") === "") throw badRequest("message text is empty");
  const keyboard = readKeyboard(call.params);
  const chat = requireChat(call);
  const place = placeMessage(call, chat);
  const content = textKeys(readText(call));
  return toApiMessage(postMessage(call.state, chat, { ...place, ...content, ...keyboard }));
}

function editMessageText(call: BotCall): unknown {
  if ((call.params.text("text") ?? "") === "") throw badRequest("message text is empty");
  const keyboard = readKeyboard(call.params);
  const chat = requireChat(call);
  const message = requireOwnMessage(call, chat);
  if (message.text === undefined) throw badRequest("there is no text in the message to edit");
  const { entities: _entities, reply_markup: _keyboard, ...rest } = message;
  return edit(call, chat, { before: message, after: { ...rest, ...textKeys(readText(call)), ...keyboard } });
}

function editMessageCaption(call: BotCall): unknown {
  const keyboard = readKeyboard(call.params);
  const chat = requireChat(call);
  const message = requireOwnMessage(call, chat);
  const hasMedia = message.document !== undefined || message.photo !== undefined || message.voice !== undefined;
  if (!hasMedia) throw badRequest("there is no caption in the message to edit");
  const { caption: _caption, caption_entities: _entities, reply_markup: _keyboard, ...rest } = message;
  return edit(call, chat, { before: message, after: { ...rest, ...readCaption(call.params), ...keyboard } });
}

function editMessageReplyMarkup(call: BotCall): unknown {
  const keyboard = readKeyboard(call.params);
  const chat = requireChat(call);
  const message = requireOwnMessage(call, chat);
  const { reply_markup: _keyboard, ...rest } = message;
  return edit(call, chat, { before: message, after: { ...rest, ...keyboard } });
}

function edit({ state }: BotCall, chat: LocalChat, change: { before: LocalMessage; after: LocalMessage }): unknown {
  if (contentOf(change.before) === contentOf(change.after)) throw badRequest(NOT_MODIFIED);
  return toApiMessage(changeMessage(state, chat, { ...change.after, edit_date: secondsNow(state) }));
}

function contentOf(message: LocalMessage): string {
  const { text, entities = [], caption, caption_entities = [], reply_markup } = message;
  return JSON.stringify([text, entities, caption, caption_entities, reply_markup]);
}

function deleteMessage(call: BotCall): unknown {
  const chat = requireChat(call);
  const message = requireMessage(call, chat, "delete");
  if (!canDelete(call, chat, message)) throw badRequest("message can't be deleted");
  removeMessage(call.state, chat, message.message_id);
  return true;
}

// Those that are not there, or that the bot may not delete, are passed over.
function deleteMessages(call: BotCall): unknown {
  const ids = call.params.json("message_ids", "message identifiers");
  if (!Array.isArray(ids) || ids.length === 0) throw badRequest("message identifiers are not specified");
  if (ids.length > 100) throw badRequest("too many message identifiers specified");
  const chat = requireChat(call);
  for (const id of ids.map(Number)) {
    const message = chat.find(id);
    if (message !== undefined && canDelete(call, chat, message)) removeMessage(call.state, chat, id);
  }
  return true;
}

// In a plain group the bot is no administrator: only its own messages.
function canDelete({ state }: BotCall, chat: LocalChat, message: LocalMessage): boolean {
  if (secondsNow(state) - message.date > MAX_DELETE_AGE_S) return false;
  return chat.info.type !== "group" || isByBot(state, chat, message);
}
