import { el, icon } from "./dom.js";
import { clockTime, oneLine } from "./format.js";
import { serviceLabel } from "./timeline.js";
import { placeKey, visibleChats } from "./state.js";

/** The chats of the viewer. A row says in `data-chat` and `data-thread` what it opens. */
export function renderChatList(state) {
  const chats = visibleChats(state);
  const own = chats.filter(({ type }) => type === "private");
  const shared = chats.filter(({ type }) => type !== "private");
  const list = el("div", {}, el("ul", {}, ...own.flatMap((chat) => rowsOf(state, chat))));
  if (shared.length > 0) {
    list.append(el("h3", {}, "Try it with others"), el("ul", {}, ...shared.flatMap((chat) => rowsOf(state, chat))));
  }
  return list;
}

/** The name of a chat, seen by the viewer: a private chat has the bot on its other side. */
export function chatName(chat, bot) {
  return chat.type === "private" ? (bot?.first_name ?? "Takopi") : chat.title;
}

export function fillAvatar(element, chat, bot) {
  const drawing =
    chat.type === "private" ? el("img", { src: "icon.svg", alt: "" }) : chatName(chat, bot).slice(0, 1).toUpperCase();
  element.replaceChildren(drawing);
}

/** The people one can write as. */
export function renderViewers({ users, viewer }) {
  return users.map(({ id, first_name: name }) =>
    el("button", { type: "button", "data-viewer": id, "aria-pressed": String(id === viewer) }, name),
  );
}

function rowsOf(state, chat) {
  const rows = [chatRow(state, chat), ...chat.topics.map((topic) => topicRow(state, { chat, topic }))];
  if (chat.type === "supergroup" && chat.is_forum) rows.push(newTopicRow(chat));
  return rows.map((row) => el("li", {}, row));
}

function chatRow(state, chat) {
  const place = { chat: chat.id };
  const loaded = state.messages[chat.id];
  const last = loaded === undefined ? chat.last_message : loaded.at(-1);
  const avatar = el("span", { class: "avatar", "aria-hidden": "true" });
  fillAvatar(avatar, chat, state.bot);
  return el(
    "button",
    { class: `row is-${chat.type}`, type: "button", "data-chat": chat.id, ...currentMark(state, place) },
    avatar,
    el("span", { class: "row-title" }, chatName(chat, state.bot)),
    el("span", { class: "row-time" }, last === undefined ? "" : clockTime(last.date)),
    el("span", { class: "row-text" }, previewOf(chat, last)),
    unreadBadge(state, place),
  );
}

function topicRow(state, { chat, topic }) {
  const place = { chat: chat.id, thread: topic.id };
  const attributes = { class: "row is-topic", type: "button", "data-chat": chat.id, "data-thread": topic.id };
  return el(
    "button",
    { ...attributes, ...currentMark(state, place) },
    icon("hash"),
    el("span", { class: "row-title" }, topic.name),
    unreadBadge(state, place),
  );
}

function newTopicRow(chat) {
  return el(
    "button",
    { class: "row is-topic is-quiet", type: "button", "data-new-topic": chat.id },
    icon("plus"),
    "New topic",
  );
}

function previewOf(chat, last) {
  if (last !== undefined) return serviceLabel(last) ?? oneLine(last);
  return chat.type === "private" ? "Say what to do" : "No messages yet";
}

function currentMark({ open }, place) {
  return open !== undefined && placeKey(open) === placeKey(place) ? { "aria-current": "true" } : {};
}

function unreadBadge({ unread }, place) {
  const count = unread[placeKey(place)];
  return count === undefined ? undefined : el("span", { class: "badge", "aria-label": `${count} new` }, `${count}`);
}
