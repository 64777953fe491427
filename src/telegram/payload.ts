import type { InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import { ChatError, type Button, type Keyboard } from "../bridge/chat-port.ts";
import type { TextEntity } from "../domain/message-text.ts";

/** Telegram: callback data is 1-64 bytes. */
const MAX_DATA_BYTES = 64;

/** Entities as Telegram takes them; a link without its URL is left out. */
export function toEntities(entities: readonly TextEntity[]): MessageEntity[] {
  return entities.flatMap((entity) => toEntity(entity));
}

/** The keyboard as a `reply_markup` key, or no key at all: then a message has no buttons, and an edit removes them. */
export function replyMarkup(keyboard: Keyboard | undefined): { reply_markup?: InlineKeyboardMarkup } {
  if (keyboard === undefined || keyboard.length === 0) return {};
  return { reply_markup: { inline_keyboard: keyboard.map((row) => row.map((button) => toButton(button))) } };
}

function toEntity({ type, offset, length, url, language }: TextEntity): MessageEntity[] {
  if (type === "text_link") return url === undefined ? [] : [{ type, offset, length, url }];
  if (type === "pre") return [{ type, offset, length, ...(language !== undefined && { language }) }];
  return [{ type, offset, length }];
}

function toButton({ label, data, style }: Button): InlineKeyboardButton {
  const bytes = Buffer.byteLength(data);
  if (bytes < 1 || bytes > MAX_DATA_BYTES) {
    throw new ChatError(
      "rejected",
      `the data of button "${label}" has ${bytes} bytes, Telegram takes 1 to ${MAX_DATA_BYTES}`,
    );
  }
  return { text: label, callback_data: data, ...(style !== undefined && { style }) };
}
