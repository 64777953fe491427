import { z } from "zod";
import { badRequest } from "../bot-api-failure.ts";
import { toApiMessage, type ApiMessage, type LocalMessage } from "../bot-api-types.ts";
import { countCodePoints } from "../text/code-points.ts";
import type { LocalChat } from "../world/local-chat.ts";
import type { BotCall, BotMethods } from "./method.ts";
import { isReactionEmoji } from "./reaction-emoji.ts";
import { findChat, readTopic, requireChat, requireMessage } from "./targets.ts";

/** Chats, their members, and the small signals in them. */
export const chatMethods: BotMethods = {
  getChat,
  getChatMember,
  getChatMemberCount: (call) => findChat(call).members.size + 1,
  sendChatAction,
  setMessageReaction,
  sendMessageDraft,
  pinChatMessage: (call) => setPinned(call, true),
  unpinChatMessage: (call) => setPinned(call, false),
  setChatMenuButton: () => true,
  getChatMenuButton: () => ({ type: "commands" }),
};

function getChat(call: BotCall): unknown {
  const chat = findChat(call);
  if (chat.access === "not_started") throw badRequest("chat not found");
  return { ...chat.info, accent_color_id: 0, max_reaction_count: 11, ...pinned(chat) };
}

function pinned(chat: LocalChat): { pinned_message?: ApiMessage } {
  const message = chat.messages.findLast((candidate) => candidate.pinned === true);
  return message === undefined ? {} : { pinned_message: toApiMessage(message) };
}

// The owner made the groups; in the forum and the channel the bot is an administrator.
function getChatMember(call: BotCall): unknown {
  const chat = findChat(call);
  const user = call.state.users.get(call.params.integer("user_id") ?? 0);
  if (user === undefined) throw badRequest("user not found");
  if (user.id === call.state.bot.id) {
    if (chat.access !== "member") return { user, status: "kicked" };
    const isAdministrator = chat.info.type === "supergroup" || chat.info.type === "channel";
    return { user, status: isAdministrator ? "administrator" : "member", can_manage_topics: isAdministrator };
  }
  if (!chat.members.has(user.id)) return { user, status: "left" };
  const owns = chat.info.type !== "private" && user.id === [...chat.members][0];
  return { user, status: owns ? "creator" : "member" };
}

const ACTIONS: readonly string[] = [
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
];

function sendChatAction(call: BotCall): unknown {
  const chat = requireChat(call);
  const thread = readTopic(call, chat);
  const action = call.params.text("action")?.toLowerCase() ?? "";
  if (!ACTIONS.includes(action)) throw badRequest("wrong parameter action in request");
  call.state.events.append({ type: "action", chat: chat.id, ...(thread === undefined ? {} : { thread }), action });
  return true;
}

const Reactions = z.array(z.looseObject({ type: z.string(), emoji: z.string().optional() }));

function setMessageReaction(call: BotCall): unknown {
  const chat = requireChat(call);
  const message = requireMessage(call, chat, "react");
  const reactions = Reactions.safeParse(call.params.json("reaction", "reaction") ?? []);
  if (!reactions.success) throw badRequest("can't parse reaction types JSON object");
  if (reactions.data.length > 1) throw badRequest("REACTIONS_TOO_MANY");
  const emoji = reactions.data[0]?.emoji;
  if (reactions.data.length === 1 && (emoji === undefined || !isReactionEmoji(emoji))) {
    throw badRequest("REACTION_INVALID");
  }
  const { reaction: _old, ...rest } = message;
  const shown: { reaction?: string } = emoji === undefined ? {} : { reaction: emoji };
  chat.put({ ...rest, ...shown });
  const place = { chat: chat.id, message_id: message.message_id };
  call.state.events.append({ type: "reaction", ...place, ...(emoji === undefined ? {} : { emoji }) });
  return true;
}

function sendMessageDraft(call: BotCall): unknown {
  const chat = requireChat(call);
  if (chat.info.type !== "private") throw badRequest("TEXTDRAFT_PEER_INVALID");
  const thread = readTopic(call, chat);
  const draftId = call.params.integer("draft_id") ?? 0;
  if (draftId === 0) throw badRequest("RANDOM_ID_INVALID");
  const text = call.params.text("text") ?? "";
  if (countCodePoints(text) > 4096) throw badRequest("message is too long");
  const place = { chat: chat.id, ...(thread === undefined ? {} : { thread }) };
  call.state.events.append({ type: "draft", ...place, draft_id: draftId, text });
  return true;
}

function setPinned(call: BotCall, isPinned: boolean): unknown {
  const chat = requireChat(call);
  const message = pinTarget(call, chat, isPinned);
  const { pinned: _old, ...rest } = message;
  chat.put(isPinned ? { ...rest, pinned: true } : rest);
  call.state.events.append({ type: "chat", chat: chat.id, change: "pinned" });
  return true;
}

// Without a message, unpinning takes the latest pinned one.
function pinTarget(call: BotCall, chat: LocalChat, isPinned: boolean): LocalMessage {
  if (isPinned || call.params.integer("message_id") !== undefined)
    return requireMessage(call, chat, isPinned ? "pin" : "unpin");
  const latest = chat.messages.findLast((message) => message.pinned === true);
  if (latest === undefined) throw badRequest("message to unpin not found");
  return latest;
}
