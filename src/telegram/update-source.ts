import type { Chat, Update, User } from "grammy/types";

/** Who caused an update and where, as far as Telegram says. Both absent: nobody that could be allowed. */
export interface UpdateSource {
  /** Absent when a chat acted: channel posts, anonymous administrators. Telegram then gives a stand-in user, who is nobody. */
  readonly userId?: number;
  /** As the user calls themselves. */
  readonly name?: string;
  readonly chatId?: number;
}

/** The source of an update of any kind, for the one access check in front of everything. */
export function whoSent(update: Update): UpdateSource {
  const event = messageOf(update) ?? withoutMessage(update);
  const isChatActing = event.sender_chat !== undefined || event.actor_chat !== undefined;
  const user = isChatActing ? undefined : (event.from ?? event.user);
  return { ...(user && { userId: user.id, name: user.first_name }), ...(event.chat && { chatId: event.chat.id }) };
}

/** What the kinds of updates have in common: the keys under which they name users and chats. */
interface UpdateEvent {
  readonly from?: User;
  readonly user?: User;
  readonly chat?: Pick<Chat, "id">;
  readonly sender_chat?: Chat;
  readonly actor_chat?: Chat;
}

function messageOf(update: Update): UpdateEvent | undefined {
  return (
    update.message ??
    update.edited_message ??
    update.channel_post ??
    update.edited_channel_post ??
    update.business_message ??
    update.edited_business_message ??
    update.guest_message
  );
}

function withoutMessage(update: Update): UpdateEvent {
  return pressOf(update) ?? boostOf(update) ?? pollAnswerOf(update) ?? chatEventOf(update) ?? userEventOf(update) ?? {};
}

function pressOf({ callback_query: query }: Update): UpdateEvent | undefined {
  return query && { from: query.from, ...(query.message && { chat: query.message.chat }) };
}

function boostOf({ chat_boost: boosted, removed_chat_boost: removed }: Update): UpdateEvent | undefined {
  const user = boosted?.boost.source.user ?? removed?.source.user;
  const chat = boosted?.chat ?? removed?.chat;
  return chat && { chat, ...(user && { user }) };
}

/** The chat of a voter is who voted, not where. */
function pollAnswerOf({ poll_answer: answer }: Update): UpdateEvent | undefined {
  return (
    answer && { ...(answer.user && { user: answer.user }), ...(answer.voter_chat && { actor_chat: answer.voter_chat }) }
  );
}

function chatEventOf(update: Update): UpdateEvent | undefined {
  return (
    update.my_chat_member ??
    update.chat_member ??
    update.chat_join_request ??
    update.message_reaction ??
    update.message_reaction_count ??
    update.deleted_business_messages ??
    update.stopped_message_generation
  );
}

function userEventOf(update: Update): UpdateEvent | undefined {
  return (
    update.inline_query ??
    update.chosen_inline_result ??
    update.shipping_query ??
    update.pre_checkout_query ??
    update.purchased_paid_media ??
    update.business_connection ??
    update.managed_bot ??
    update.subscription
  );
}
