import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalTelegramError } from "../../src/local/local-telegram-error.ts";
import { startLocalTelegram } from "../../src/local/local-telegram.ts";
import { parseMultipart } from "../../src/local/http/multipart.ts";
import { parseUpdate } from "../../src/telegram/parse-update.ts";
import { whoSent } from "../../src/telegram/update-source.ts";
import { anyJson, anyText, holds, holdsAsync } from "./check.ts";

const user = fc.record(
  { id: fc.integer({ min: 1 }), is_bot: fc.boolean(), first_name: anyText, last_name: anyText },
  { requiredKeys: ["id", "is_bot", "first_name"] },
);
const chat = fc.record(
  { id: fc.integer(), type: fc.constantFrom("private", "group", "supergroup", "channel"), title: anyText },
  { requiredKeys: ["id", "type"] },
);
const message = fc.letrec((tie) => ({
  message: fc.record(
    {
      message_id: fc.integer(),
      date: fc.nat(),
      chat,
      from: user,
      sender_chat: chat,
      text: anyText,
      caption: anyText,
      message_thread_id: fc.integer(),
      is_topic_message: fc.boolean(),
      reply_to_message: tie("message"),
      quote: fc.record({ text: anyText }),
      media_group_id: anyText,
      photo: fc.constant([]),
      migrate_to_chat_id: fc.integer(),
      // Fields of versions of Telegram to come.
      something_new: anyJson,
    },
    { requiredKeys: ["message_id", "date", "chat"] },
  ),
})).message;

describe("an update of Telegram", () => {
  const press = fc.record({ id: anyText, from: user, message, data: anyText }, { requiredKeys: ["id", "from"] });
  // Telegram puts at most one of them into an update.
  const contents = fc.oneof(
    fc.record({ message }),
    fc.record({ edited_message: message }),
    fc.record({ callback_query: press }),
    fc.record({ channel_post: message }),
    fc.record({ of_tomorrow: anyJson }),
  );
  const kinds = fc.tuple(fc.integer(), contents).map(([updateId, content]) => ({ update_id: updateId, ...content }));

  it("of any kind says one thing, and nothing for those whom Telegram does not name", () => {
    holds(
      fc.property(kinds, (value) => {
        const update = JSON.parse(JSON.stringify(value));
        const incoming = parseUpdate(update, 7, "test_bot");
        const source = whoSent(update);
        if (incoming.kind === "message" || incoming.kind === "edited") {
          const { sender, thread } = incoming.message;
          expect(source).toMatchObject({ userId: sender.id, chatId: thread.chatId });
          expect(incoming.message.text).toBeTypeOf("string");
          expect((update.message ?? update.edited_message).from.is_bot).toBe(false);
        }
        if (incoming.kind === "press") {
          expect(source.userId).toBe(incoming.press.sender.id);
          expect(source.chatId).toBe(incoming.press.thread.chatId);
        }
        if (incoming.kind === "ignored") expect(incoming.reason).toMatch(/\S/);
      }),
      1000,
    );
  });
});

describe("a form", () => {
  const boundary = fc.stringMatching(/^[A-Za-z0-9]{4,20}$/);
  const name = fc.stringMatching(/^[a-z_]{1,12}$/);
  const content = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));

  it("is read as it was written, whatever its files hold", () => {
    holds(
      fc.property(
        boundary,
        fc.uniqueArray(fc.tuple(name, content), { selector: ([key]) => key, maxLength: 4 }),
        (mark, parts) => {
          fc.pre(parts.every(([, bytes]) => !bytes.includes(mark)));
          const body = Buffer.concat([
            ...parts.flatMap(([key, bytes]) => [
              Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="${key}"; filename="f.bin"\r\n\r\n`),
              bytes,
              Buffer.from("\r\n"),
            ]),
            Buffer.from(`--${mark}--\r\n`),
          ]);
          const { files } = parseMultipart(body, `multipart/form-data; boundary=${mark}`);
          expect([...files].map(([key, file]) => [key, Buffer.from(file.bytes)])).toEqual(parts);
        },
      ),
    );
  });

  it("may be any bytes, which is refused in words", () => {
    const noise = fc.array(
      fc.oneof(fc.constantFrom("--b", "--b--", "\r\n", "\r\n\r\n", 'name="a"', "filename=x", ";"), anyText),
      { maxLength: 12 },
    );
    holds(
      fc.property(noise, fc.oneof(anyText, fc.constant("multipart/form-data; boundary=b")), (parts, type) => {
        try {
          parseMultipart(Buffer.from(parts.join("")), type);
        } catch (error) {
          expect(error).toBeInstanceOf(LocalTelegramError);
        }
      }),
      1000,
    );
  });
});

it("the local Telegram answers any call with JSON and goes on", async () => {
  const telegram = await startLocalTelegram();
  try {
    const methods = [
      "sendMessage",
      "editMessageText",
      "getUpdates",
      "setMyCommands",
      "sendDocument",
      "answerCallbackQuery",
      "nope",
      "deleteMessage",
      "sendChatAction",
    ];
    const parameters = fc.dictionary(
      fc.constantFrom(
        "chat_id",
        "text",
        "entities",
        "reply_markup",
        "reply_parameters",
        "message_id",
        "offset",
        "limit",
        "commands",
        "message_thread_id",
        "callback_query_id",
        "action",
        "parse_mode",
      ),
      fc.oneof(
        anyJson,
        anyText,
        fc.constantFrom<unknown>(telegram.owner.privateChatId, "hi", [{ type: "bold", offset: 0, length: 99 }]),
      ),
    );
    await holdsAsync(
      fc.asyncProperty(
        fc.constantFrom(...methods),
        fc.oneof(
          parameters.map((value) => JSON.stringify({ ...value, timeout: 0 })),
          anyText,
        ),
        async (method, body) => {
          const headers = { "content-type": "application/json" };
          const response = await fetch(`${telegram.url}/bot${telegram.token}/${method}`, {
            method: "POST",
            headers,
            body,
          });
          const answer: unknown = await response.json();
          expect(answer).toHaveProperty("ok");
          expect(response.status, JSON.stringify(answer)).not.toBe(500);
        },
      ),
      150,
    );
  } finally {
    await telegram.close();
  }
});
