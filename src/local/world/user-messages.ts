import {
  toApiMessage,
  type ApiEntity,
  type ApiFile,
  type ApiQuote,
  type ApiUser,
  type LocalMessage,
} from "../bot-api-types.ts";
import { LocalTelegramError } from "../local-telegram-error.ts";
import { countCodePoints } from "../text/code-points.ts";
import { formatText } from "../text/format-text.ts";
import {
  actorOf,
  type DeleteInput,
  type EditInput,
  type MessageInput,
  type Place,
  type UploadInput,
} from "./inputs.ts";
import type { LocalChat } from "./local-chat.ts";
import type { LocalState } from "./local-state.ts";
import {
  changeMessage,
  inTopic,
  postMessage,
  removeMessage,
  replyKeys,
  secondsNow,
  type NewMessage,
} from "./posting.ts";

/** A user writes; the bot gets the update. */
export function writeAsUser(state: LocalState, input: MessageInput): LocalMessage {
  const { chat, user } = enter(state, input);
  const forwarded = input.forward === undefined ? {} : { forward_origin: originOf(state, input.forward) };
  const content = { ...textKeys(input.text, input.entities), ...forwarded };
  return deliver(state, chat, { ...authorOf(chat, user), ...replyAndThread(chat, input), ...content });
}

/** A user sends a file; the bot gets the update. */
export function uploadAsUser(state: LocalState, input: UploadInput): LocalMessage {
  const { chat, user } = enter(state, input);
  return deliver(state, chat, {
    ...authorOf(chat, user),
    ...replyAndThread(chat, input),
    ...storeMedia(state, input),
    ...captionKeys(input.caption ?? ""),
    ...(input.media_group_id === undefined ? {} : { media_group_id: input.media_group_id }),
  });
}

/** A user changes the text of an own message; the bot gets the update. */
export function editAsUser(state: LocalState, input: EditInput): LocalMessage {
  const { chat, user } = enter(state, input);
  const before = findMessage(chat, input.message);
  const mine = chat.info.type === "channel" || before.from?.id === user.id;
  if (!mine)
    throw new LocalTelegramError(`message ${input.message} is not by user ${user.id}: only its author can edit it`);
  const content = before.text === undefined ? captionKeys(input.text) : textKeys(input.text);
  const { entities: _entities, caption: _caption, caption_entities: _captionEntities, ...rest } = before;
  const message = changeMessage(state, chat, { ...rest, ...content, edit_date: secondsNow(state) });
  state.updates.push(chat.info.type === "channel" ? "edited_channel_post" : "edited_message", toApiMessage(message));
  return message;
}

/** A user deletes a message. Telegram does not tell bots. */
export function deleteAsUser(state: LocalState, input: DeleteInput): void {
  const { chat } = enter(state, input);
  removeMessage(state, chat, findMessage(chat, input.message).message_id);
}

/** The chat and the user of an action, when the user may act there. */
export function enter(state: LocalState, place: Place): { chat: LocalChat; user: ApiUser } {
  const user = state.users.get(actorOf(place));
  if (user === undefined) throw new LocalTelegramError(`no user ${actorOf(place)}: see users in /sim/state`);
  const chat = findChat(state, place.chat ?? user.id);
  if (chat.migratedTo !== undefined)
    throw new LocalTelegramError(`chat ${chat.id} became ${chat.migratedTo}: use that id`);
  if (!chat.members.has(user.id)) throw new LocalTelegramError(`user ${user.id} is not in chat ${chat.id}`);
  return { chat, user };
}

export function findChat(state: LocalState, id: number): LocalChat {
  const chat = state.chats.get(id);
  if (chat === undefined) throw new LocalTelegramError(`no chat ${id}: see chats in /sim/state`);
  return chat;
}

export function findMessage(chat: LocalChat, id: number): LocalMessage {
  const message = chat.find(id);
  if (message === undefined) throw new LocalTelegramError(`no message ${id} in chat ${chat.id}`);
  return message;
}

/** Keeps the bytes and returns the message keys that describe the file. */
export function storeMedia(
  state: LocalState,
  file: { kind: "photo" | "document" | "voice"; name: string; type?: string; bytes: Uint8Array },
): Pick<NewMessage, "photo" | "document" | "voice"> {
  const mediaType = file.type ?? "application/octet-stream";
  const folder = { photo: "photos", document: "documents", voice: "voice" }[file.kind];
  const stored = state.files.add({ folder, name: file.name, mediaType, bytes: file.bytes });
  const base: ApiFile = { file_id: stored.id, file_unique_id: stored.uniqueId, file_size: stored.bytes.byteLength };
  // Pictures and sound are not decoded: size and duration are fixed.
  if (file.kind === "photo") return { photo: [{ ...base, width: 800, height: 600 }] };
  if (file.kind === "voice") return { voice: { ...base, mime_type: file.type ?? "audio/ogg", duration: 3 } };
  return { document: { ...base, file_name: file.name, mime_type: mediaType } };
}

// The bot is told only where it can be: not by who blocked it, not in a group it was removed from.
function deliver(state: LocalState, chat: LocalChat, content: NewMessage): LocalMessage {
  if (chat.access === "blocked") throw new LocalTelegramError(`user ${chat.id} blocked the bot: unblock it first`);
  if (chat.access === "not_started") chat.access = "member";
  const message = postMessage(state, chat, content);
  if (chat.access !== "member") return message;
  state.updates.push(chat.info.type === "channel" ? "channel_post" : "message", toApiMessage(message));
  return message;
}

function textKeys(text: string, entities: readonly ApiEntity[] = []): Pick<NewMessage, "text" | "entities"> {
  const content = formatText(text, entities);
  if (countCodePoints(content.text) > 4096) {
    throw new LocalTelegramError(
      "a message has at most 4096 characters: send longer texts in parts, as Telegram's apps do",
    );
  }
  return { text: content.text, ...(content.entities.length > 0 ? { entities: content.entities } : {}) };
}

function captionKeys(caption: string): Pick<NewMessage, "caption" | "caption_entities"> {
  if (caption.trim() === "") return {};
  const { text, entities } = formatText(caption, []);
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}

function authorOf(chat: LocalChat, user: ApiUser): Pick<NewMessage, "from" | "sender_chat"> {
  return chat.info.type === "channel" ? { sender_chat: chat.info } : { from: user };
}

function replyAndThread(
  chat: LocalChat,
  input: { reply_to?: number; quote?: string; thread?: number },
): Pick<NewMessage, "reply_to_message" | "quote" | "message_thread_id" | "is_topic_message"> {
  const target = input.reply_to === undefined ? undefined : findMessage(chat, input.reply_to);
  const topicId = input.thread ?? target?.message_thread_id;
  const topic = topicId === undefined ? undefined : chat.topics.get(topicId);
  if (topicId !== undefined && topic === undefined)
    throw new LocalTelegramError(`no topic ${topicId} in chat ${chat.id}`);
  if (topic?.closed === true) throw new LocalTelegramError(`topic ${topic.id} of chat ${chat.id} is closed`);
  const quote = input.quote === undefined ? undefined : quoteOf(target, input.quote);
  const reply = { to: input.reply_to, topicId, ...(quote === undefined ? {} : { quote }) };
  return { ...inTopic(topicId), ...replyKeys(chat, reply) };
}

function quoteOf(target: LocalMessage | undefined, text: string): ApiQuote {
  const position = (target?.text ?? target?.caption ?? "").indexOf(text);
  if (target === undefined || position < 0) {
    throw new LocalTelegramError("quote needs reply_to, and must be a part of that message");
  }
  return { text, position, is_manual: true };
}

function originOf(state: LocalState, name: string): Readonly<Record<string, unknown>> {
  return { type: "hidden_user", sender_user_name: name, date: secondsNow(state) };
}
