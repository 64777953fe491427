import type { ChatMemberUpdated, Update } from "grammy/types";
import { describe, expect, it } from "vitest";
import { whoSent, type UpdateSource } from "../../src/telegram/update-source.ts";
import { ANN, asSent, BOT, CHANNEL, FORUM, GROUP, message, PRIVATE } from "./factories.ts";

const member = { status: "member", user: BOT } as const;
const membership: ChatMemberUpdated = {
  chat: GROUP,
  from: ANN,
  date: 1,
  old_chat_member: member,
  new_chat_member: member,
};
const post = { message_id: 1, date: 1, chat: CHANNEL, sender_chat: CHANNEL };
const edit = { edit_date: 2 };
const privateMessage = { ...message(), chat: PRIVATE };
const boostSource = { source: "premium", user: ANN } as const;
const reaction = { chat: GROUP, message_id: 1, date: 1, old_reaction: [], new_reaction: [] };
const price = { currency: "EUR", total_amount: 1, invoice_payload: "" };
const address = { country_code: "AT", state: "", city: "", street_line1: "", street_line2: "", post_code: "" };
const connection = { id: "b", user: ANN, user_chat_id: 42, date: 1, is_enabled: true };

const annIn = (chatId: number): UpdateSource => ({ userId: 42, name: ANN.first_name, chatId });
const ann: UpdateSource = { userId: 42, name: ANN.first_name };

/** One example of every kind of update there is, and who is behind it. */
const CASES: { readonly [Kind in Exclude<keyof Update, "update_id">]-?: [NonNullable<Update[Kind]>, UpdateSource] } = {
  message: [message({ chat: GROUP }), annIn(-5)],
  edited_message: [{ ...message({ chat: GROUP }), ...edit }, annIn(-5)],
  channel_post: [post, { chatId: -200 }],
  edited_channel_post: [{ ...post, ...edit }, { chatId: -200 }],
  business_connection: [connection, ann],
  business_message: [privateMessage, annIn(42)],
  edited_business_message: [{ ...privateMessage, ...edit }, annIn(42)],
  deleted_business_messages: [{ business_connection_id: "b", chat: PRIVATE, message_ids: [1] }, { chatId: 42 }],
  guest_message: [message({ chat: GROUP }), annIn(-5)],
  stopped_message_generation: [{ chat: PRIVATE, draft_id: 1 }, { chatId: 42 }],
  message_reaction: [{ ...reaction, user: ANN }, annIn(-5)],
  message_reaction_count: [{ chat: GROUP, message_id: 1, date: 1, reactions: [] }, { chatId: -5 }],
  inline_query: [{ id: "1", from: ANN, query: "q", offset: "" }, ann],
  chosen_inline_result: [{ result_id: "1", from: ANN, query: "q" }, ann],
  callback_query: [{ id: "1", from: ANN, chat_instance: "c", message: message({ chat: GROUP, from: BOT }) }, annIn(-5)],
  shipping_query: [{ id: "1", from: ANN, invoice_payload: "", shipping_address: address }, ann],
  pre_checkout_query: [{ id: "1", from: ANN, ...price }, ann],
  purchased_paid_media: [{ from: ANN, paid_media_payload: "" }, ann],
  poll: [asSent({ id: "1", question: "?", options: [], type: "regular" }), {}],
  poll_answer: [{ poll_id: "1", user: ANN, option_ids: [], option_persistent_ids: [] }, ann],
  my_chat_member: [membership, annIn(-5)],
  chat_member: [membership, annIn(-5)],
  chat_join_request: [{ chat: FORUM, from: ANN, user_chat_id: 42, date: 1 }, annIn(-100)],
  chat_boost: [
    { chat: FORUM, boost: { boost_id: "1", add_date: 1, expiration_date: 2, source: boostSource } },
    annIn(-100),
  ],
  removed_chat_boost: [{ chat: FORUM, boost_id: "1", remove_date: 1, source: boostSource }, annIn(-100)],
  managed_bot: [{ user: ANN, bot: BOT }, ann],
  subscription: [{ user: ANN, invoice_payload: "", state: "active" }, ann],
};

describe("the source of an update", () => {
  it.each(Object.entries(CASES))("is found for %s", (kind, [event, source]) => {
    expect(whoSent({ update_id: 1, [kind]: event })).toEqual(source);
  });

  it("is nobody for an update of a kind still unknown", () => {
    expect(whoSent({ update_id: 1 })).toEqual({});
  });

  it("is the presser, not the bot whose message has the button", () => {
    const callback_query = { id: "1", from: ANN, chat_instance: "c", message: message({ from: BOT }) };
    expect(whoSent({ update_id: 1, callback_query }).userId).toBe(42);
  });

  it("is no user where a chat acts, whatever stand-in Telegram names", () => {
    const anonymous = message({ chat: FORUM, sender_chat: FORUM, from: ANN });
    expect(whoSent({ update_id: 1, message: anonymous })).toEqual({ chatId: -100 });
    expect(whoSent({ update_id: 1, message_reaction: { ...reaction, actor_chat: CHANNEL } })).toEqual({ chatId: -5 });
    const vote = { poll_id: "1", voter_chat: CHANNEL, user: ANN, option_ids: [], option_persistent_ids: [] };
    expect(whoSent({ update_id: 1, poll_answer: vote })).toEqual({});
  });
});
