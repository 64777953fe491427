import { badRequest } from "../bot-api-failure.ts";
import type { LocalChat, LocalTopic } from "../world/local-chat.ts";
import { addTopic, dropTopic, inTopic, postMessage } from "../world/posting.ts";
import type { BotCall, BotMethods } from "./method.ts";
import { requireChat } from "./targets.ts";

/** Topics of forums, and of private chats where the user turned them on. */
export const topicMethods: BotMethods = {
  createForumTopic,
  editForumTopic,
  closeForumTopic: (call) => setClosed(call, true),
  reopenForumTopic: (call) => setClosed(call, false),
  deleteForumTopic,
  getForumTopicIconStickers: () => [],
};

const ICON_COLOR = 7322096;

function createForumTopic(call: BotCall): unknown {
  const chat = requireForum(call);
  const name = readName(call);
  const topic = addTopic(call.state, chat, { name, by: call.state.bot.id });
  return { message_thread_id: topic.id, name, icon_color: ICON_COLOR };
}

function editForumTopic(call: BotCall): unknown {
  const chat = requireForum(call);
  const topic = requireTopic(call, chat);
  if (call.params.text("name") === undefined) return true;
  const name = readName(call);
  if (name === topic.name) throw badRequest("TOPIC_NOT_MODIFIED");
  change(call, chat, { ...topic, name });
  postMessage(call.state, chat, { from: call.state.bot, ...inTopic(topic.id), forum_topic_edited: { name } });
  return true;
}

function setClosed(call: BotCall, closed: boolean): unknown {
  const chat = requireForum(call);
  const topic = requireTopic(call, chat);
  if (topic.closed === closed) throw badRequest("TOPIC_NOT_MODIFIED");
  change(call, chat, { ...topic, closed });
  const service = closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} };
  postMessage(call.state, chat, { from: call.state.bot, ...inTopic(topic.id), ...service });
  return true;
}

function deleteForumTopic(call: BotCall): unknown {
  const chat = requireForum(call);
  return dropTopic(call.state, chat, requireTopic(call, chat).id);
}

function change({ state }: BotCall, chat: LocalChat, topic: LocalTopic): void {
  chat.topics.set(topic.id, topic);
  state.events.append({ type: "topic", chat: chat.id, topic, deleted: false });
}

function requireForum(call: BotCall): LocalChat {
  const chat = requireChat(call);
  const hasTopics = chat.info.is_forum === true || (chat.info.type === "private" && chat.topics.size > 0);
  if (!hasTopics) throw badRequest("the chat is not a forum");
  return chat;
}

function requireTopic({ params }: BotCall, chat: LocalChat): LocalTopic {
  const topic = chat.topics.get(params.integer("message_thread_id") ?? 0);
  if (topic === undefined) throw badRequest("message thread not found");
  return topic;
}

/** Telegram: a topic's name is 1-128 characters. */
function readName({ params }: BotCall): string {
  const name = (params.text("name") ?? "").trim();
  if (name === "") throw badRequest("TOPIC_TITLE_EMPTY");
  return Array.from(name).slice(0, 128).join("");
}
