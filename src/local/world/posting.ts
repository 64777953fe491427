import type { ApiMessage, ApiQuote, LocalMessage } from "../bot-api-types.ts";
import { toApiMessage } from "../bot-api-types.ts";
import type { LocalChat, LocalTopic } from "./local-chat.ts";
import type { LocalState } from "./local-state.ts";

/** What a new message is, before it has an id and a date. */
export type NewMessage = Omit<LocalMessage, "message_id" | "date" | "chat">;

/** Puts a new message into a chat and reports it. */
export function postMessage(state: LocalState, chat: LocalChat, content: NewMessage): LocalMessage {
  const message = { message_id: chat.nextId(), date: secondsNow(state), chat: chat.info, ...content };
  chat.put(message);
  state.events.append({ type: "message", chat: chat.id, message });
  return message;
}

/** Replaces a message by a changed one and reports it. */
export function changeMessage(state: LocalState, chat: LocalChat, message: LocalMessage): LocalMessage {
  chat.put(message);
  state.events.append({ type: "edit", chat: chat.id, message });
  return message;
}

/** False when it was not there. */
export function removeMessage(state: LocalState, chat: LocalChat, messageId: number): boolean {
  if (!chat.remove(messageId)) return false;
  state.events.append({ type: "delete", chat: chat.id, message_id: messageId });
  return true;
}

/** Adds a topic with the service message whose id it has. */
export function addTopic(state: LocalState, chat: LocalChat, options: { name: string; by: number }): LocalTopic {
  const from = state.users.get(options.by);
  const id = chat.lastId + 1;
  const topic = { id, name: options.name, closed: false };
  chat.topics.set(id, topic);
  const created = { forum_topic_created: { name: options.name, icon_color: 7322096 } };
  const message = postMessage(state, chat, { ...(from ? { from } : {}), ...inTopic(id), ...created });
  if (options.by !== state.bot.id) state.updates.push("message", toApiMessage(message));
  state.events.append({ type: "topic", chat: chat.id, topic, deleted: false });
  return topic;
}

/** Removes a topic with its messages. False when it was not there. */
export function dropTopic(state: LocalState, chat: LocalChat, topicId: number): boolean {
  const topic = chat.topics.get(topicId);
  if (topic === undefined) return false;
  chat.topics.delete(topicId);
  for (const message of chat.messages) {
    if (message.message_thread_id === topicId) removeMessage(state, chat, message.message_id);
  }
  state.events.append({ type: "topic", chat: chat.id, topic, deleted: true });
  return true;
}

/** The keys of a message in a topic; none outside of topics. */
export function inTopic(topicId: number | undefined): Pick<LocalMessage, "message_thread_id" | "is_topic_message"> {
  return topicId === undefined ? {} : { message_thread_id: topicId, is_topic_message: true };
}

/**
 * The keys that say what a message answers. In a topic a message that answers nothing answers the topic's first message: that is
 * how Telegram itself reports it.
 */
export function replyKeys(
  chat: LocalChat,
  reply: { to: number | undefined; topicId: number | undefined; quote?: ApiQuote },
): Pick<LocalMessage, "reply_to_message" | "quote"> {
  const target = chat.find(reply.to ?? reply.topicId ?? 0);
  if (target === undefined) return {};
  return { reply_to_message: withoutReply(target), ...(reply.quote === undefined ? {} : { quote: reply.quote }) };
}

/** Seconds since 1970. */
export function secondsNow(state: LocalState): number {
  return Math.floor(state.now() / 1000);
}

function withoutReply(message: LocalMessage): ApiMessage {
  const { reply_to_message: _nested, ...rest } = toApiMessage(message);
  return rest;
}
