import { toApiMessage, type ApiUser, type LocalMessage } from "../bot-api-types.ts";
import { LocalTelegramError } from "../local-telegram-error.ts";
import {
  actorOf,
  type BlockInput,
  type PressInput,
  type ReactionInput,
  type TopicDeleteInput,
  type TopicInput,
} from "./inputs.ts";
import { LocalChat, type LocalTopic } from "./local-chat.ts";
import type { LocalState } from "./local-state.ts";
import { addTopic, dropTopic, postMessage, secondsNow } from "./posting.ts";
import { enter, findChat, findMessage } from "./user-messages.ts";

/** A user presses a button. Returns the id of the callback query the bot is to answer. */
export function pressAsUser(state: LocalState, input: PressInput): string {
  const { chat, user } = enter(state, input);
  const message = chat.find(input.message);
  if (input.force !== true && !hasButton(message, input.data)) {
    throw new LocalTelegramError(`message ${input.message} has no button with data '${input.data}'`);
  }
  const query = state.presses.open({ chat: chat.id, message_id: input.message, from: user.id, at: state.now() });
  // Of a message that is gone the bot learns only the id.
  const shown = message === undefined ? { chat: chat.info, message_id: input.message, date: 0 } : toApiMessage(message);
  const payload = { id: query, from: user, message: shown, chat_instance: `${chat.id}`, data: input.data };
  state.updates.push("callback_query", payload);
  return query;
}

/** A user reacts to a message. The bot gets it only when it asked for `message_reaction`. */
export function reactAsUser(state: LocalState, input: ReactionInput): void {
  const { chat, user } = enter(state, input);
  findMessage(chat, input.message);
  const reaction = input.emoji === undefined ? [] : [{ type: "emoji", emoji: input.emoji }];
  const place = { chat: chat.info, message_id: input.message, date: secondsNow(state) };
  state.updates.push("message_reaction", { ...place, user, old_reaction: [], new_reaction: reaction });
}

/** A user opens a topic; in a private chat the first one turns topics on. */
export function topicAsUser(state: LocalState, input: TopicInput): LocalTopic {
  const { chat, user } = enter(state, input);
  if (chat.info.is_forum !== true && chat.info.type !== "private") {
    throw new LocalTelegramError(`chat ${chat.id} has no topics: use the forum or a private chat`);
  }
  return addTopic(state, chat, { name: input.title, by: user.id });
}

export function deleteTopicAsUser(state: LocalState, input: TopicDeleteInput): void {
  const { chat } = enter(state, input);
  if (!dropTopic(state, chat, input.thread))
    throw new LocalTelegramError(`no topic ${input.thread} in chat ${chat.id}`);
}

/** A user blocks or unblocks the bot, or the bot is removed from or added to a group. */
export function changeAccess(state: LocalState, input: BlockInput): void {
  const chat = findChat(state, input.chat ?? actorOf(input.user === undefined ? {} : { from: input.user }));
  const closed = chat.info.type === "private" ? "blocked" : "kicked";
  const before = chat.access;
  chat.access = input.blocked ? closed : "member";
  if (before === chat.access) return;
  const from = state.users.get(chat.id) ?? [...chat.members].map((id) => state.users.get(id)).at(0);
  const member = (open: boolean): unknown => ({ user: state.bot, status: open ? "member" : "kicked" });
  state.updates.push("my_chat_member", {
    chat: chat.info,
    from,
    date: secondsNow(state),
    old_chat_member: member(before !== closed),
    new_chat_member: member(!input.blocked),
  });
  state.events.append({ type: "chat", chat: chat.id, change: "access" });
}

/** A group becomes a supergroup with a new id, which is returned. Both chats tell the bot so. */
export function migrateGroup(state: LocalState, id: number): number {
  const group = findChat(state, id);
  if (group.info.type !== "group" || group.migratedTo !== undefined) {
    throw new LocalTelegramError(`chat ${id} can't become a supergroup: only a group can, and only once`);
  }
  const info = { ...group.info, id: -1_001_000_000_000 + id, type: "supergroup" as const };
  const supergroup = new LocalChat(info, { members: [...group.members], access: group.access, lastId: group.lastId });
  state.chats.set(info.id, supergroup);
  const by = state.users.get([...group.members][0] ?? 0);
  announce(state, group, { by, keys: { migrate_to_chat_id: info.id } });
  announce(state, supergroup, { by, keys: { migrate_from_chat_id: id } });
  group.migratedTo = info.id;
  state.events.append({ type: "chat", chat: id, change: "migrated" });
  return info.id;
}

function announce(
  state: LocalState,
  chat: LocalChat,
  service: { by: ApiUser | undefined; keys: Pick<LocalMessage, "migrate_to_chat_id" | "migrate_from_chat_id"> },
): void {
  const message = postMessage(state, chat, { ...(service.by ? { from: service.by } : {}), ...service.keys });
  state.updates.push("message", toApiMessage(message));
}

function hasButton(message: LocalMessage | undefined, data: string): boolean {
  const rows = message?.reply_markup?.inline_keyboard ?? [];
  return rows.some((row) => row.some((button) => button.callback_data === data));
}
