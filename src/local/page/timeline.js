import { dayLabel } from "./format.js";

/** Messages of one author closer than this belong together. */
const GROUP_SECONDS = 5 * 60;

/**
 * What the open chat shows, oldest first: `{key, kind: "day" | "service", label}` and
 * `{key, kind: "message", message, author, isOwn, isFirst, isGroup}`. `isFirst`: the author's first in a row.
 */
export function timelineOf(messages, { viewer, isGroup, now }) {
  const entries = [];
  let before;
  let day = "";
  for (const message of messages) {
    const label = dayLabel(message.date, now);
    if (label !== day) entries.push({ key: `day ${label}`, kind: "day", label });
    const isFirst = label !== day || !belongTogether(before, message);
    entries.push(entryOf(message, { viewer, isGroup, isFirst }));
    before = message;
    day = label;
  }
  return entries;
}

/** The words for what happened to the chat itself; undefined for messages people wrote. */
export function serviceLabel(message) {
  if (message.forum_topic_created !== undefined) return `Topic “${message.forum_topic_created.name}” created`;
  if (message.forum_topic_edited !== undefined) return `Topic renamed to “${message.forum_topic_edited.name}”`;
  if (message.forum_topic_closed !== undefined) return "Topic closed";
  if (message.forum_topic_reopened !== undefined) return "Topic reopened";
  if (message.migrate_to_chat_id !== undefined || message.migrate_from_chat_id !== undefined)
    return "The group became a supergroup";
  return undefined;
}

function entryOf(message, { viewer, isGroup, isFirst }) {
  const key = `message ${message.message_id}`;
  const label = serviceLabel(message);
  if (label !== undefined) return { key, kind: "service", label };
  const author = message.from?.first_name ?? message.sender_chat?.title ?? "";
  return { key, kind: "message", message, author, isOwn: message.from?.id === viewer, isFirst, isGroup };
}

function belongTogether(before, message) {
  if (before === undefined || serviceLabel(before) !== undefined) return false;
  return before.from?.id === message.from?.id && message.date - before.date < GROUP_SECONDS;
}
