import type { ApiChat, ApiUser } from "../bot-api-types.ts";

/** The people and chats every local server starts with. Their ids never change: a private chat has the id of its user. */
export const OWNER: ApiUser = { id: 1001, is_bot: false, first_name: "You", username: "you", language_code: "en" };
export const STRANGER: ApiUser = {
  id: 2002,
  is_bot: false,
  first_name: "Stranger",
  username: "stranger",
  language_code: "en",
};
/** Sits in the groups beside the owner. */
export const MEMBER: ApiUser = { id: 3003, is_bot: false, first_name: "Robin", username: "robin", language_code: "en" };

/** More people, numbered from 1, none of them in a group. */
export function extraUser(number: number): ApiUser {
  return { id: 10_000 + number, is_bot: false, first_name: `User ${number}`, language_code: "en" };
}

export const GROUP: ApiChat = { id: -5001, type: "group", title: "Group" };
export const FORUM: ApiChat = { id: -1001000005002, type: "supergroup", title: "Forum", is_forum: true };
export const CHANNEL: ApiChat = { id: -1001000009009, type: "channel", title: "Channel" };

/** The topics of `FORUM` beside General; a topic's id is its `message_thread_id`. */
export const FORUM_TOPICS: readonly { readonly id: number; readonly name: string }[] = [
  { id: 2, name: "Topic A" },
  { id: 3, name: "Topic B" },
];

/** A well-formed token that Telegram never gave to anyone; its first part is the bot's id. */
export const LOCAL_TOKEN: string = "7000000001:AAtakopi-local-server-not-a-secret0";

export const BOT_USERNAME: string = "takopi_local_bot";
export const BOT_FIRST_NAME: string = "Takopi";
