import type { Chat, Message, Update, User } from "grammy/types";

export const BOT: User & { username: string } = {
  id: 1,
  is_bot: true,
  first_name: "Takopi",
  username: "my_takopi_bot",
};
export const ANN: User = { id: 42, is_bot: false, first_name: "Ann", last_name: "Lee" };

export const PRIVATE: Chat.PrivateChat = { id: 42, type: "private", first_name: "Ann" };
export const GROUP: Chat.GroupChat = { id: -5, type: "group", title: "team" };
export const FORUM: Chat.SupergroupChat = { id: -100, type: "supergroup", title: "forum", is_forum: true };
export const CHANNEL: Chat.ChannelChat = { id: -200, type: "channel", title: "news" };

type NonChannelMessage = NonNullable<Update["message"]>;

/** A message of Ann in her private chat. */
export function message(overrides: Partial<NonChannelMessage> = {}): NonChannelMessage {
  return { message_id: 9, date: 1_700_000_000, chat: PRIVATE, from: ANN, ...overrides };
}

export function messageUpdate(overrides: Partial<NonChannelMessage> = {}): Update {
  return { update_id: 77, message: message({ text: "hello", ...overrides }) };
}

/** What `reply_to_message` holds: a message without a reply of its own. */
export function repliedTo(overrides: Partial<Message> = {}): NonNullable<Message["reply_to_message"]> {
  return asSent({ ...message(), text: "earlier", ...overrides });
}

/** An object of Telegram's of which a test names only what matters to it. */
export function asSent<T>(partial: object): T {
  return JSON.parse(JSON.stringify(partial));
}
