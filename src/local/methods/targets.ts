import { z } from "zod";
import { badRequest, BotApiFailure } from "../bot-api-failure.ts";
import type { ApiQuote, LocalMessage } from "../bot-api-types.ts";
import { countCodePoints } from "../text/code-points.ts";
import type { BotAccess, LocalChat } from "../world/local-chat.ts";
import type { LocalState } from "../world/local-state.ts";
import { inTopic, replyKeys, type NewMessage } from "../world/posting.ts";
import type { BotCall } from "./method.ts";

/** The chat a call names, when the bot may write there. */
export function requireChat(call: BotCall): LocalChat {
  const chat = findChat(call);
  if (chat.migratedTo !== undefined) {
    throw new BotApiFailure(400, "group chat was upgraded to a supergroup chat", {
      migrate_to_chat_id: chat.migratedTo,
    });
  }
  if (chat.access !== "member") throw new BotApiFailure(403, refusalOf(chat, chat.access));
  return chat;
}

/** The chat a call names, whether or not the bot may write there. */
export function findChat({ state, params }: BotCall): LocalChat {
  const id = params.text("chat_id") ?? "";
  if (id === "") throw badRequest("chat_id is empty");
  const chat = state.chats.get(params.integer("chat_id") ?? 0);
  if (chat === undefined) throw badRequest("chat not found");
  return chat;
}

/** The message a call names in `message_id`; `doing` is the verb of the refusal: `edit`, `delete`, `react`. */
export function requireMessage({ params }: BotCall, chat: LocalChat, doing: string): LocalMessage {
  const id = params.integer("message_id");
  if (id === undefined) throw badRequest("message identifier is not specified");
  const message = chat.find(id);
  if (message === undefined) throw badRequest(`message to ${doing} not found`);
  return message;
}

/** The message a call names, when the bot wrote it. */
export function requireOwnMessage(call: BotCall, chat: LocalChat): LocalMessage {
  const message = requireMessage(call, chat, "edit");
  if (!isByBot(call.state, chat, message)) throw badRequest("message can't be edited");
  return message;
}

export function isByBot(state: LocalState, chat: LocalChat, message: LocalMessage): boolean {
  return chat.info.type === "channel" || message.from?.id === state.bot.id;
}

/** The keys that place a new message of the bot: author, topic, what it answers, sound. */
export function placeMessage(call: BotCall, chat: LocalChat): NewMessage {
  const reply = readReply(call, chat);
  const topicId = readTopic(call, chat) ?? reply.target?.message_thread_id;
  const author = chat.info.type === "channel" ? { sender_chat: chat.info } : { from: call.state.bot };
  const answered = {
    to: reply.target?.message_id,
    topicId,
    ...(reply.quote === undefined ? {} : { quote: reply.quote }),
  };
  return {
    ...author,
    ...inTopic(topicId),
    ...replyKeys(chat, answered),
    ...(call.params.flag("disable_notification") ? { silent: true } : {}),
  };
}

/** The topic a call names; undefined when it names none. General has no id of its own: naming it by 1 is a mistake. */
export function readTopic({ params }: BotCall, chat: LocalChat): number | undefined {
  const id = params.integer("message_thread_id") ?? 0;
  if (id === 0) return undefined;
  const topic = chat.topics.get(id);
  if (topic === undefined) throw badRequest("message thread not found");
  // The real server's text for a closed topic was not measured.
  if (topic.closed) throw badRequest("TOPIC_CLOSED");
  return id;
}

const ReplyParameters = z.looseObject({
  message_id: z.number().int(),
  allow_sending_without_reply: z.boolean().optional(),
  quote: z.string().optional(),
});

function readReply({ params }: BotCall, chat: LocalChat): { target?: LocalMessage; quote?: ApiQuote } {
  const raw = params.json("reply_parameters", "reply parameters");
  const old = params.integer("reply_to_message_id") ?? 0;
  if (raw === undefined && old === 0) return {};
  const parsed = ReplyParameters.safeParse(raw ?? { message_id: old });
  if (!parsed.success) throw badRequest("can't parse reply parameters: object expected as reply parameters");
  const target = chat.find(parsed.data.message_id);
  const optional = parsed.data.allow_sending_without_reply ?? params.flag("allow_sending_without_reply");
  if (target === undefined && !optional) throw badRequest("message to be replied not found");
  if (target === undefined) return {};
  return { target, ...readQuote(target, parsed.data.quote) };
}

function readQuote(target: LocalMessage, text: string | undefined): { quote?: ApiQuote } {
  if (text === undefined || text === "") return {};
  const position = (target.text ?? target.caption ?? "").indexOf(text);
  if (position < 0 || countCodePoints(text) > 1024) throw badRequest("QUOTE_TEXT_INVALID");
  return { quote: { text, position } };
}

function refusalOf(chat: LocalChat, access: Exclude<BotAccess, "member">): string {
  switch (access) {
    case "not_started":
      return "bot can't initiate conversation with a user";
    case "blocked":
      return "bot was blocked by the user";
    case "kicked":
      return `bot was kicked from the ${chat.info.type === "supergroup" ? "supergroup" : "group"} chat`;
  }
}
