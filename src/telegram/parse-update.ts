import type { CallbackQuery, ChatMemberUpdated, Message, Update, User } from "grammy/types";
import type { AttachmentKind, Incoming, IncomingMessage, RepliedMessage } from "../domain/incoming.ts";
import type { Sender } from "../domain/run.ts";
import type { Thread } from "../domain/thread.ts";
import { fileOf } from "./files/file-of.ts";

/** Who this bot is, as `getMe` says. */
interface BotIdentity {
  readonly id: number;
  readonly username: string;
}

/** What the update says, for the chats Takopi takes part in. Does not ask whether the sender may say it. */
export function parseUpdate(update: Update, botId: number, botUsername: string): Incoming {
  const bot = { id: botId, username: botUsername };
  const { update_id: updateId } = update;
  if (update.message) return fromMessage(update.message, { kind: "message", updateId, bot });
  if (update.edited_message) return fromMessage(update.edited_message, { kind: "edited", updateId, bot });
  if (update.callback_query) return fromPress(update.callback_query, updateId);
  if (update.my_chat_member) return fromMembership(update.my_chat_member, updateId);
  const [kind] = Object.keys(update).filter((key) => key !== "update_id");
  return ignored(`update of kind ${kind ?? "unknown"}`);
}

interface MessageContext {
  readonly kind: "message" | "edited";
  readonly updateId: number;
  readonly bot: BotIdentity;
}

function fromMessage(message: Message, { kind, updateId, bot }: MessageContext): Incoming {
  const { from, chat } = message;
  if (message.migrate_to_chat_id !== undefined) {
    return { kind: "migrated", migration: { updateId, fromChatId: chat.id, toChatId: message.migrate_to_chat_id } };
  }
  if (chat.type === "channel") return ignored("channel post");
  if (message.sender_chat) return ignored("sent in the name of a chat");
  if (!from || from.is_bot) return ignored("sent by a bot");
  const { attachment, ...brought } = attachmentOf(message);
  const written = message.text ?? message.caption;
  if (written === undefined && attachment === undefined) return ignored("service message");
  const text = withoutOwnName(written ?? "", bot);
  if (text === undefined) return ignored("command for another bot");
  return {
    kind,
    message: {
      updateId,
      thread: threadOf(message),
      chatType: chat.type,
      messageId: message.message_id,
      sender: toSender(from),
      sentAt: message.date * 1000,
      text,
      ...context(message, bot),
      forwarded: message.forward_origin !== undefined,
      ...(attachment !== undefined && { attachment }),
      ...brought,
    },
  };
}

/** `/name@this_bot` without the bot; undefined when another bot is named. Bots' user names end in "bot". */
function withoutOwnName(text: string, bot: BotIdentity): string | undefined {
  const match = /^(\/[^\s@]+)@(\w+)(?=\s|$)/.exec(text);
  const [whole, command, name] = match ?? [];
  if (whole === undefined || command === undefined || name === undefined) return text;
  if (name.toLowerCase() === bot.username.toLowerCase()) return command + text.slice(whole.length);
  return /bot$/i.test(name) ? undefined : text;
}

function context(message: Message, bot: BotIdentity): Pick<IncomingMessage, "replyTo" | "quote" | "mediaGroupId"> {
  const replyTo = replyOf(message, bot);
  return {
    ...(replyTo !== undefined && { replyTo }),
    ...(message.quote !== undefined && { quote: message.quote.text }),
    ...(message.media_group_id !== undefined && { mediaGroupId: message.media_group_id }),
  };
}

/** In a topic, every message that replies to nothing refers to the message that opened the topic, whose id is the topic's. */
function replyOf(message: Message, bot: BotIdentity): RepliedMessage | undefined {
  const target = message.reply_to_message;
  if (target === undefined) return undefined;
  if (message.is_topic_message && target.message_id === message.message_thread_id) return undefined;
  const text = target.text ?? target.caption;
  const senderId = target.sender_chat === undefined ? target.from?.id : undefined;
  const file = fileOf(target);
  return {
    messageId: target.message_id,
    ...(senderId !== undefined && { senderId }),
    ...(text !== undefined && { text }),
    ...(file !== undefined && { file }),
    fromBot: target.from?.id === bot.id,
  };
}

const MEDIA: readonly (readonly [keyof Message, AttachmentKind])[] = [
  ["photo", "photo"],
  ["live_photo", "photo"],
  ["voice", "voice"],
  ["audio", "audio"],
  ["video", "video"],
  ["video_note", "video"],
  // An animation also has a `document`, for old clients.
  ["animation", "video"],
  ["sticker", "sticker"],
  ["document", "document"],
  ["contact", "other"],
  ["location", "other"],
  ["venue", "other"],
  ["poll", "other"],
  ["dice", "other"],
  ["game", "other"],
  ["story", "other"],
  ["checklist", "other"],
  ["paid_media", "other"],
];

function attachmentOf(message: Message): Pick<IncomingMessage, "attachment" | "file"> {
  const attachment = MEDIA.find(([key]) => message[key] !== undefined)?.[1];
  const file = fileOf(message);
  return { ...(attachment !== undefined && { attachment }), ...(file !== undefined && { file }) };
}

function fromPress(query: CallbackQuery, updateId: number): Incoming {
  const { message, data } = query;
  if (message === undefined) return ignored("press under an inline message");
  if (data === undefined) return ignored("press of a game button");
  const { message_id: messageId } = message;
  const sender = toSender(query.from);
  return { kind: "press", press: { pressId: query.id, updateId, thread: threadOf(message), messageId, sender, data } };
}

function fromMembership({ chat, from, new_chat_member: member }: ChatMemberUpdated, updateId: number): Incoming {
  const canWrite = member.status === "restricted" ? member.can_send_messages : !hasLeft(member.status);
  return { kind: "membership", change: { updateId, chatId: chat.id, sender: toSender(from), canWrite } };
}

function hasLeft(status: ChatMemberUpdated["new_chat_member"]["status"]): boolean {
  return status === "left" || status === "kicked";
}

/** The General topic has id 1 in some clients' messages, and none when sending. Outside of topics a thread id only groups replies. */
function threadOf(message: Pick<Message, "chat" | "message_thread_id" | "is_topic_message">): Thread {
  const { chat, message_thread_id: topicId, is_topic_message: isTopic } = message;
  return isTopic && topicId !== undefined && topicId !== 1 ? { chatId: chat.id, topicId } : { chatId: chat.id };
}

function toSender({ id, first_name: firstName, last_name: lastName }: User): Sender {
  return { id, name: lastName === undefined ? firstName : `${firstName} ${lastName}` };
}

function ignored(reason: string): Incoming {
  return { kind: "ignored", reason };
}
