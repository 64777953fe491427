import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Chat, MessageEdit, OutgoingMessage } from "../../src/bridge/chat-port.ts";
import { toRunId } from "../../src/domain/run.ts";
import { Outbox } from "../../src/telegram/outbox/outbox.ts";
import { createTelegramChat } from "../../src/telegram/telegram-chat.ts";
import { FakeBotApi, refusal } from "./fake-bot-api.ts";
import { FakeClock } from "./fake-clock.ts";
import { RecordingLog } from "./recording-log.ts";

const RUN = toRunId("000000000001");
const server = { current: new FakeBotApi() };
let clock: FakeClock;
let log: RecordingLog;
let outbox: Outbox;
let chat: Chat;
let migrations: [number, number][];

beforeEach(async () => {
  server.current = new FakeBotApi();
  clock = new FakeClock();
  log = new RecordingLog();
  outbox = new Outbox({ clock, log });
  migrations = [];
  const api = await server.current.start();
  chat = createTelegramChat({ api, outbox, clock, log, onMigrate: (...ids) => migrations.push(ids) });
});

afterEach(() => server.current.stop());

function message(overrides: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const content = { text: "bold", entities: [{ type: "bold", offset: 0, length: 4 }] } as const;
  return { thread: { chatId: 7 }, content, silent: false, urgency: "normal", ...overrides };
}

function edit(overrides: Partial<MessageEdit> = {}): MessageEdit {
  const content = { text: "step", entities: [{ type: "code", offset: 0, length: 4 }] } as const;
  return { message: { chatId: 7, messageId: 5 }, content, urgency: "progress", ...overrides };
}

const bodies = (method: string) => server.current.of(method).map(({ body }) => body);

describe("send", () => {
  it("sends text with entities, without link preview, and returns where it is", async () => {
    expect(await chat.send(message())).toEqual({ chatId: 7, messageId: 100 });
    expect(bodies("sendMessage")).toEqual([
      {
        chat_id: 7,
        text: "bold",
        entities: [{ type: "bold", offset: 0, length: 4 }],
        link_preview_options: { is_disabled: true },
        disable_notification: false,
      },
    ]);
  });

  it("replies into a topic, silently, with buttons", async () => {
    const keyboard = [[{ label: "Stop", data: "v1:stop:000000000001", style: "danger" }]] as const;
    await chat.send(message({ thread: { chatId: -7, topicId: 3 }, replyTo: 9, silent: true, keyboard }));
    expect(bodies("sendMessage")[0]).toMatchObject({
      message_thread_id: 3,
      reply_parameters: { message_id: 9, allow_sending_without_reply: true },
      disable_notification: true,
      reply_markup: { inline_keyboard: [[{ text: "Stop", callback_data: "v1:stop:000000000001", style: "danger" }]] },
    });
  });

  it("refuses buttons whose data Telegram would not take", async () => {
    const keyboard = [[{ label: "Stop", data: "ü".repeat(33) }]];
    await expect(chat.send(message({ keyboard }))).rejects.toMatchObject({ name: "ChatError", fault: "rejected" });
    await expect(chat.edit(edit({ keyboard }))).rejects.toMatchObject({ name: "ChatError", fault: "rejected" });
    expect(server.current.calls).toEqual([]);
  });
});

describe("a send Telegram refuses a part of", () => {
  const badEntity = refusal(400, "Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text");

  it("goes without entities, then as a document", async () => {
    server.current.script("sendMessage", badEntity, badEntity);
    expect(await chat.send(message({ thread: { chatId: 7, topicId: 2 } }))).toEqual({ chatId: 7, messageId: 100 });
    expect(bodies("sendMessage").map((body) => body["entities"])).toEqual([
      [{ type: "bold", offset: 0, length: 4 }],
      [],
    ]);
    expect(bodies("sendDocument")).toEqual([
      expect.objectContaining({ chat_id: "7", message_thread_id: "2", fileName: "message.md", file: "bold" }),
    ]);
  });

  it("goes as a document when it is too long", async () => {
    server.current.script("sendMessage", refusal(400, "Bad Request: message is too long"));
    await chat.send(message());
    expect(bodies("sendDocument")[0]).toMatchObject({ fileName: "message.md", file: "bold" });
  });

  const topicFaults = ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"];

  it.each(topicFaults)("goes to the chat itself with a note after: %s", async (description) => {
    server.current.script("sendMessage", refusal(400, `Bad Request: ${description}`));
    await chat.send(message({ thread: { chatId: 7, topicId: 2 } }));
    const [, second] = bodies("sendMessage");
    const entities = [{ type: "bold", offset: 16, length: 4 }];
    expect(second).toMatchObject({ text: "(topic is gone)\nbold", entities });
    expect(second).not.toHaveProperty("message_thread_id");
  });

  it("is logged once per topic that is gone", async () => {
    const gone = refusal(400, "Bad Request: message thread not found");
    server.current.script("sendMessage", gone, { ok: { message_id: 1 } }, gone, { ok: { message_id: 2 } });
    const thread = { chatId: -7, topicId: 2 };
    await chat.send(message({ thread }));
    const second = chat.send(message({ thread }));
    // A chat takes three calls at once, then one a second.
    await clock.timerOf(1000);
    await clock.advance(1000);
    await second;
    expect(log.messages("warn")).toEqual(["topic is gone or closed, sending to the chat instead"]);
    expect(bodies("sendMessage")).toHaveLength(4);
  });

  it("goes without its reply, and without a keyboard Telegram does not take", async () => {
    const noReply = refusal(400, "Bad Request: message to be replied not found");
    server.current.script("sendMessage", noReply, refusal(400, "Bad Request: BUTTON_DATA_INVALID"));
    await chat.send(message({ replyTo: 9, keyboard: [[{ label: "Stop", data: "stop" }]] }));
    const keys = bodies("sendMessage").map((body) => ["reply_parameters" in body, "reply_markup" in body]);
    expect(keys).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  it("gives up when nothing less is left", async () => {
    const thread = { chatId: 7 };
    server.current.script("sendMessage", refusal(400, "Bad Request: message thread not found"));
    await expect(chat.send(message({ thread }))).rejects.toMatchObject({ fault: "rejected" });
  });

  it("takes a token for every attempt and stays ahead of what came later", async () => {
    server.current.script("sendMessage", badEntity, badEntity);
    const first = chat.send(message({ urgency: "final" }));
    const second = chat.send(message({ urgency: "final", content: { text: "second", entities: [] } }));
    await first;
    await clock.timerOf(1000);
    expect(server.current.calls.map(({ method }) => method)).toEqual(["sendMessage", "sendMessage", "sendDocument"]);
    await clock.advance(1000);
    await second;
    expect(bodies("sendMessage").at(-1)).toMatchObject({ text: "second" });
  });
});

describe("sendDocument", () => {
  it("uploads the text under its name, with a caption", async () => {
    const caption = { text: "whole answer", entities: [] };
    const thread = { chatId: 7 };
    await chat.sendDocument({ thread, fileName: "answer.md", text: "# Grüße", caption, silent: true, replyTo: 4 });
    expect(bodies("sendDocument")).toEqual([
      expect.objectContaining({
        fileName: "answer.md",
        file: "# Grüße",
        caption: "whole answer",
        disable_notification: "true",
      }),
    ]);
  });

  it("goes without a caption Telegram finds too long", async () => {
    server.current.script("sendDocument", refusal(400, "Bad Request: message caption is too long"));
    const caption = { text: "long", entities: [] };
    await chat.sendDocument({ thread: { chatId: 7 }, fileName: "answer.md", text: "a", caption, silent: true });
    expect(bodies("sendDocument").map((body) => body["caption"])).toEqual(["long", undefined]);
  });
});

describe("edit", () => {
  it("edits text and keyboard", async () => {
    expect(await chat.edit(edit())).toBe("edited");
    expect(bodies("editMessageText")).toEqual([
      {
        chat_id: 7,
        message_id: 5,
        text: "step",
        entities: [{ type: "code", offset: 0, length: 4 }],
        link_preview_options: { is_disabled: true },
      },
    ]);
  });

  it.each([
    ["message is not modified: specified new message content and reply markup are exactly the same", "edited"],
    ["message to edit not found", "gone"],
    ["message can't be edited", "gone"],
  ])("takes '%s' for: %s", async (description, outcome) => {
    server.current.script("editMessageText", refusal(400, `Bad Request: ${description}`));
    expect(await chat.edit(edit())).toBe(outcome);
    expect(server.current.calls).toHaveLength(1);
  });

  it("becomes the caption of a message that is a file, whose buttons go", async () => {
    const refused = refusal(400, "Bad Request: there is no text in the message to edit");
    server.current.script("editMessageText", refused);
    const content = { text: "x".repeat(2_000), entities: [] };
    expect(await chat.edit(edit({ content, keyboard: [] }))).toBe("edited");
    expect(bodies("editMessageCaption")).toEqual([{ chat_id: 7, message_id: 5, caption: `${"x".repeat(1_023)}…` }]);
  });

  it("goes without entities Telegram refuses", async () => {
    server.current.script("editMessageText", refusal(400, "Bad Request: can't parse entities"));
    expect(await chat.edit(edit({ urgency: "normal" }))).toBe("edited");
    expect(bodies("editMessageText").map((body) => body["entities"])).toEqual([expect.any(Array), []]);
  });

  it("is repeated when the connection breaks, and at last when it works again", async () => {
    server.current.script("editMessageText", "reset", refusal(502, "Bad Gateway"), "reset");
    const edited = chat.edit(edit({ urgency: "normal" }));
    for (const delayMs of [500, 1000, 2500]) {
      await clock.timerOf(delayMs);
      await clock.advance(delayMs);
    }
    expect(await edited).toBe("edited");
    expect(server.current.calls).toHaveLength(4);
  });

  it("is given up after five attempts", async () => {
    server.current.script("editMessageText", ...Array.from({ length: 9 }, () => refusal(500, "Internal Server Error")));
    const outcome = expect(chat.edit(edit({ urgency: "normal" }))).rejects.toMatchObject({ fault: "unavailable" });
    for (const delayMs of [500, 1000, 2500, 5000]) {
      await clock.timerOf(delayMs);
      await clock.advance(delayMs);
    }
    await outcome;
    expect(server.current.calls).toHaveLength(5);
  });

  it("gives way to a newer edit of the same message", async () => {
    server.current.script("editMessageText", "reset");
    const older = chat.edit(edit());
    await server.current.called("editMessageText", 1);
    const newer = chat.edit(edit({ content: { text: "newer", entities: [] } }));
    await clock.timerOf(500);
    await clock.advance(1500);
    expect(await Promise.all([older, newer])).toEqual(["edited", "edited"]);
    expect(bodies("editMessageText").map((body) => body["text"])).toEqual(["step", "newer"]);
  });

  it("of a settled run counts as done without a call", async () => {
    chat.settleRun(RUN);
    expect(await chat.edit(edit({ runId: RUN }))).toBe("edited");
    expect(server.current.calls).toEqual([]);
  });
});

describe("delete", () => {
  it("deletes, and takes a missing message for deleted", async () => {
    server.current.script("deleteMessage", { ok: true }, refusal(400, "Bad Request: message to delete not found"));
    await chat.delete({ chatId: 7, messageId: 5 });
    await chat.delete({ chatId: 7, messageId: 5 });
    expect(bodies("deleteMessage")).toEqual([
      { chat_id: 7, message_id: 5 },
      { chat_id: 7, message_id: 5 },
    ]);
  });

  it("says so when Telegram will not", async () => {
    server.current.script("deleteMessage", refusal(400, "Bad Request: message can't be deleted"));
    await expect(chat.delete({ chatId: 7, messageId: 5 })).rejects.toMatchObject({ fault: "rejected" });
  });
});

describe("typing", () => {
  it("shows in the topic, and a failure bothers nobody", async () => {
    server.current.script("sendChatAction", refusal(403, "Forbidden: bot was blocked by the user"));
    chat.typing({ chatId: 7, topicId: 2 }, RUN);
    await outbox.idle();
    expect(bodies("sendChatAction")).toEqual([{ chat_id: 7, action: "typing", message_thread_id: 2 }]);
    expect(log.messages("debug")).toEqual(["typing not shown"]);
  });
});

describe("answerPress", () => {
  it("passes everything that waits, cuts a long text, and does not throw", async () => {
    for (let index = 0; index < 5; index += 1) void chat.edit(edit({ message: { chatId: 7, messageId: index } }));
    server.current.script("answerCallbackQuery", { ok: true }, refusal(400, "Bad Request: query is too old"));
    await chat.answerPress("p1", "x".repeat(300));
    await chat.answerPress("p2");
    expect(bodies("answerCallbackQuery")).toEqual([
      { callback_query_id: "p1", text: `${"x".repeat(199)}…` },
      { callback_query_id: "p2" },
    ]);
    expect(log.messages("warn")).toEqual(["button press not answered"]);
  });
});

describe("a group that became a supergroup", () => {
  const upgraded = refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", {
    migrate_to_chat_id: -1007,
  });

  it("gets the message under its new id, is reported once, and is remembered", async () => {
    server.current.script("sendMessage", upgraded);
    expect(await chat.send(message({ thread: { chatId: -7 } }))).toEqual({ chatId: -1007, messageId: 100 });
    await chat.send(message({ thread: { chatId: -7 } }));
    expect(bodies("sendMessage").map((body) => body["chat_id"])).toEqual([-7, -1007, -1007]);
    expect(migrations).toEqual([[-7, -1007]]);
  });

  it("is reported once when several calls still name the old id", async () => {
    server.current.script("sendMessage", upgraded, { ok: { message_id: 1 } }, upgraded, { ok: { message_id: 2 } });
    const thread = { chatId: -7 };
    const sending = Promise.all([chat.send(message({ thread })), chat.send(message({ thread }))]);
    await clock.timerOf(1000);
    await clock.advance(1000);
    const sent = await sending;
    expect(sent.map(({ chatId }) => chatId)).toEqual([-1007, -1007]);
    expect(bodies("sendMessage").map((body) => body["chat_id"])).toEqual([-7, -1007, -7, -1007]);
    expect(migrations).toEqual([[-7, -1007]]);
  });

  it("left its messages behind: an edit is gone, a deletion done", async () => {
    server.current.script("editMessageText", upgraded, refusal(400, "Bad Request: message to edit not found"));
    expect(await chat.edit(edit({ message: { chatId: -7, messageId: 5 }, urgency: "normal" }))).toBe("gone");
    server.current.script(
      "deleteMessage",
      refusal(400, "Bad Request: group chat was upgraded", { migrate_to_chat_id: -1008 }),
    );
    await chat.delete({ chatId: -8, messageId: 5 });
  });
});
