import type { ChatMemberUpdated, Message, Update } from "grammy/types";
import { describe, expect, it } from "vitest";
import type { IncomingMessage } from "../../src/domain/incoming.ts";
import { parseUpdate } from "../../src/telegram/parse-update.ts";
import { ANN, asSent, BOT, CHANNEL, FORUM, GROUP, message, messageUpdate, PRIVATE, repliedTo } from "./factories.ts";

type Member = ChatMemberUpdated["new_chat_member"];

const parse = (update: Update) => parseUpdate(update, BOT.id, BOT.username);

function parsedMessage(overrides: Parameters<typeof messageUpdate>[0]): IncomingMessage {
  const incoming = parse(messageUpdate(overrides));
  if (incoming.kind !== "message") throw new Error(`not a message but ${JSON.stringify(incoming)}`);
  return incoming.message;
}

function ignoredReason(update: Update): string {
  const incoming = parse(update);
  return incoming.kind === "ignored" ? incoming.reason : `not ignored but ${incoming.kind}`;
}

describe("a message", () => {
  it("says who sent what, where and when", () => {
    expect(parse(messageUpdate())).toEqual({
      kind: "message",
      message: {
        updateId: 77,
        thread: { chatId: 42 },
        chatType: "private",
        messageId: 9,
        sender: { id: 42, name: "Ann Lee" },
        sentAt: 1_700_000_000_000,
        text: "hello",
        forwarded: false,
      },
    });
  });

  it("that was edited is told apart and keeps its time", () => {
    const edited_message = { ...message({ text: "better" }), edit_date: 1_700_000_500 };
    const incoming = parse({ update_id: 78, edited_message });
    expect(incoming).toMatchObject({ kind: "edited", message: { text: "better", sentAt: 1_700_000_000_000 } });
  });

  it("keeps the plain text whatever its formatting", () => {
    const entities: Message["entities"] = [
      { type: "pre", offset: 0, length: 4, language: "ts" },
      { type: "text_link", offset: 5, length: 4, url: "https://example.org" },
    ];
    expect(parsedMessage({ text: "code link", entities }).text).toBe("code link");
  });

  it("with a file has its caption as text, and may have none", () => {
    const photo = [{ file_id: "f", file_unique_id: "u", width: 1, height: 1 }];
    const captioned: Parameters<typeof message>[0] = { photo, caption: "what is this?", media_group_id: "g1" };
    const { text: _, ...bare } = message(captioned);
    expect(parse({ update_id: 1, message: bare })).toMatchObject({
      message: { text: "what is this?", attachment: "photo", mediaGroupId: "g1" },
    });
    expect(parse({ update_id: 1, message: message({ photo }) })).toMatchObject({ message: { text: "" } });
  });

  it("has the file that engines can get, with a name and a type that are safe", () => {
    const file = { file_id: "f", file_unique_id: "u" };
    const sized = { ...file, width: 1, height: 1, duration: 1 };
    const small = { file_id: "small", file_unique_id: "s", width: 1, height: 1 };
    const photo = [small, { ...small, file_id: "large", file_size: 9 }];
    const named = { ...file, file_name: "../a\nb.pdf", mime_type: "application/pdf" };
    const described = [
      { photo },
      { live_photo: { ...sized, photo } },
      { document: named },
      { document: { ...file, file_name: "/", mime_type: "text/html\r\nx" } },
      { audio: { ...file, duration: 1 } },
      { video: sized },
      { animation: { ...sized, file_name: "cat.gif.mp4" }, document: file },
      { voice: { ...file, duration: 1 } },
      { contact: { phone_number: "1", first_name: "Bo" } },
    ].map((media) => {
      const found = parsedMessage({ ...media, message_id: 7 }).file;
      return found && `${found.fileId} ${found.name} ${found.mediaType}`;
    });
    expect(described).toEqual([
      "large photo-7.jpg image/jpeg",
      "large photo-7.jpg image/jpeg",
      "f ab.pdf application/pdf",
      "f file-7 application/octet-stream",
      "f audio-7.mp3 audio/mpeg",
      "f video-7.mp4 video/mp4",
      "f cat.gif.mp4 video/mp4",
      undefined,
      undefined,
    ]);
  });

  it("knows the file and the author of the message it replies to, but no chat in whose name it was written", () => {
    const document = { file_id: "f", file_unique_id: "u", file_name: "a.pdf" };
    expect(parsedMessage({ reply_to_message: repliedTo({ document }) }).replyTo).toMatchObject({
      senderId: 42,
      file: { name: "a.pdf" },
    });
    const sender_chat = { id: -100, type: "channel", title: "News" } as const;
    const posted = parsedMessage({ reply_to_message: repliedTo({ document, sender_chat }) }).replyTo;
    expect(posted).not.toHaveProperty("senderId");
  });

  it("names the kind of what is attached", () => {
    const file = { file_id: "f", file_unique_id: "u" };
    const sized = { ...file, width: 1, height: 1, duration: 1 };
    const kinds = [
      { voice: { ...file, duration: 1 } },
      { audio: { ...file, duration: 1 } },
      { document: file },
      { video: sized },
      { video_note: { ...file, length: 1, duration: 1 } },
      { animation: sized, document: file },
      { contact: { phone_number: "1", first_name: "Bo" } },
    ].map((media) => parsedMessage(media).attachment);
    expect(kinds).toEqual(["voice", "audio", "document", "video", "video", "video", "other"]);
  });

  it("knows when it was forwarded", () => {
    const forward_origin = { type: "hidden_user", date: 1, sender_user_name: "Bo" } as const;
    expect(parsedMessage({ forward_origin }).forwarded).toBe(true);
  });
});

describe("a command", () => {
  it.each([
    ["/cancel@my_takopi_bot", "/cancel"],
    ["/cancel@My_Takopi_Bot now", "/cancel now"],
    ["/claude@my_takopi_bot\nfix it", "/claude\nfix it"],
    ["/cancel", "/cancel"],
    ["ask /cancel@my_takopi_bot", "ask /cancel@my_takopi_bot"],
    ["/engine @branch", "/engine @branch"],
    ["/mail ann@example", "/mail ann@example"],
    ["/srv/app@v2 is broken", "/srv/app@v2 is broken"],
  ])("%j reads %j", (text, expected) => {
    expect(parsedMessage({ text, chat: GROUP }).text).toBe(expected);
  });

  it("for another bot is ignored", () => {
    expect(ignoredReason(messageUpdate({ text: "/cancel@other_bot", chat: GROUP }))).toBe("command for another bot");
  });
});

describe("a reply", () => {
  it("carries the message it is to and the marked part", () => {
    const reply_to_message = repliedTo({ message_id: 5, from: BOT, text: "answer" });
    const quote = { text: "ans", position: 0 };
    expect(parsedMessage({ reply_to_message, quote })).toMatchObject({
      replyTo: { messageId: 5, text: "answer", fromBot: true },
      quote: "ans",
    });
  });

  it("to a person is told apart from one to this bot", () => {
    expect(parsedMessage({ reply_to_message: repliedTo() }).replyTo?.fromBot).toBe(false);
  });

  it("to the message that opened the topic is none", () => {
    const topic = { chat: FORUM, message_thread_id: 30, is_topic_message: true } as const;
    expect(parsedMessage({ ...topic, reply_to_message: repliedTo({ message_id: 30 }) }).replyTo).toBeUndefined();
    expect(parsedMessage({ ...topic, reply_to_message: repliedTo({ message_id: 31 }) }).replyTo?.messageId).toBe(31);
  });

  it("to the first message of a thread counts in a group without topics", () => {
    const reply_to_message = repliedTo({ message_id: 30 });
    expect(parsedMessage({ chat: FORUM, message_thread_id: 30, reply_to_message }).replyTo?.messageId).toBe(30);
  });
});

describe("the thread", () => {
  it("is the topic of a forum or of a private chat", () => {
    const topic = { message_thread_id: 30, is_topic_message: true } as const;
    expect(parsedMessage({ ...topic, chat: FORUM }).thread).toEqual({ chatId: -100, topicId: 30 });
    expect(parsedMessage({ ...topic, chat: PRIVATE }).thread).toEqual({ chatId: 42, topicId: 30 });
  });

  it("has no topic in General, nor in replies of a group without topics", () => {
    expect(parsedMessage({ chat: FORUM }).thread).toEqual({ chatId: -100 });
    expect(parsedMessage({ chat: FORUM, message_thread_id: 1, is_topic_message: true }).thread).toEqual({
      chatId: -100,
    });
    expect(parsedMessage({ chat: FORUM, message_thread_id: 30 }).thread).toEqual({ chatId: -100 });
  });
});

describe("a press", () => {
  const query = { id: "p1", from: ANN, chat_instance: "c" };

  it("says which button under which message", () => {
    const under = message({ chat: FORUM, message_thread_id: 30, is_topic_message: true });
    expect(parse({ update_id: 7, callback_query: { ...query, message: under, data: "v1:stop:x" } })).toEqual({
      kind: "press",
      press: {
        pressId: "p1",
        updateId: 7,
        thread: { chatId: -100, topicId: 30 },
        messageId: 9,
        sender: { id: 42, name: "Ann Lee" },
        data: "v1:stop:x",
      },
    });
  });

  it("under a message too old to be sent along still counts", () => {
    const old = { chat: GROUP, message_id: 3, date: 0 } as const;
    const incoming = parse({ update_id: 7, callback_query: { ...query, message: old, data: "d" } });
    expect(incoming).toMatchObject({ kind: "press", press: { thread: { chatId: -5 }, messageId: 3 } });
  });

  it("without a message or data is ignored", () => {
    expect(ignoredReason({ update_id: 7, callback_query: { ...query, data: "d" } })).toMatch(/inline/);
    expect(ignoredReason({ update_id: 7, callback_query: { ...query, message: message() } })).toMatch(/game/);
  });
});

describe("a change of the bot's membership", () => {
  const member = { status: "member", user: BOT } as const;
  const left = { status: "left", user: BOT } as const;
  const kicked = { status: "kicked", user: BOT, until_date: 0 } as const;
  const admin: Member = asSent({ status: "administrator", user: BOT });
  const muted: Member = asSent({ status: "restricted", user: BOT, can_send_messages: false });

  it.each<[Member, boolean]>([
    [member, true],
    [admin, true],
    [muted, false],
    [left, false],
    [kicked, false],
  ])("to %j says whether it can write: %s", (new_chat_member, canWrite) => {
    const change = { chat: GROUP, from: ANN, date: 1, old_chat_member: member, new_chat_member };
    expect(parse({ update_id: 7, my_chat_member: change })).toEqual({
      kind: "membership",
      change: { updateId: 7, chatId: -5, sender: { id: 42, name: "Ann Lee" }, canWrite },
    });
  });
});

describe("what Takopi takes no part in", () => {
  it("is a group's move to a supergroup, which is told apart", () => {
    const update = { update_id: 7, message: message({ chat: GROUP, migrate_to_chat_id: -1005 }) };
    expect(parse(update)).toEqual({ kind: "migrated", migration: { updateId: 7, fromChatId: -5, toChatId: -1005 } });
  });

  it.each<[string, Update]>([
    ["sent by a bot", messageUpdate({ from: { ...ANN, is_bot: true } })],
    ["sent in the name of a chat", messageUpdate({ chat: FORUM, sender_chat: FORUM })],
    ["sent in the name of a chat", messageUpdate({ chat: FORUM, sender_chat: CHANNEL, is_automatic_forward: true })],
    ["service message", { update_id: 7, message: message({ chat: GROUP, new_chat_title: "new" }) }],
    [
      "update of kind channel_post",
      { update_id: 7, channel_post: { message_id: 1, date: 1, chat: CHANNEL, text: "x" } },
    ],
    ["update of kind inline_query", { update_id: 7, inline_query: { id: "1", from: ANN, query: "q", offset: "" } }],
    ["update of kind unknown", { update_id: 7 }],
  ])("is ignored: %s", (reason, update) => {
    expect(ignoredReason(update)).toBe(reason);
  });
});
