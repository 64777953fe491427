import { beforeEach, describe, expect, test } from "vitest";
import type { LocalTelegram } from "../../../src/local/local-telegram.ts";
import { FORUM, FORUM_TOPICS, GROUP, OWNER, STRANGER } from "../../../src/local/world/seed.ts";
import { callBot, sentMessage, startForTest } from "../bot-client.ts";

let local: LocalTelegram;

beforeEach(async () => {
  local = await startForTest();
});

const toOwner = { chat_id: OWNER.id, text: "hello" };

async function refusalOf(method: string, params: object): Promise<unknown> {
  const { ok, error_code, description } = await callBot(local, method, params);
  expect(ok).toBe(false);
  return [error_code, description];
}

describe("sendMessage refuses", () => {
  const button = (data: string, text = "x"): object => ({
    reply_markup: { inline_keyboard: [[{ text, callback_data: data }]] },
  });
  test.each([
    ["no chat", { text: "x" }, "chat_id is empty"],
    ["an unknown chat", { chat_id: 42, text: "x" }, "chat not found"],
    ["no text", { chat_id: OWNER.id }, "message text is empty"],
    ["blank text", { ...toOwner, text: " \n " }, "text must be non-empty"],
    ["4097 characters", { ...toOwner, text: "a".repeat(4097) }, "message is too long"],
    ["32772 bytes", { ...toOwner, text: "😀".repeat(8193) }, "text is too long"],
    [
      "an entity over the end",
      { ...toOwner, entities: [{ type: "bold", offset: 0, length: 9 }] },
      "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9",
    ],
    [
      "a link to a local path",
      { ...toOwner, entities: [{ type: "text_link", offset: 0, length: 5, url: "src/x.ts:12" }] },
      "entity URL 'src/x.ts:12' is invalid: Wrong HTTP URL",
    ],
    [
      "an unknown entity type",
      { ...toOwner, entities: [{ type: "loud", offset: 0, length: 5 }] },
      "can't parse MessageEntity: Unsupported type specified",
    ],
    ["a parse mode", { ...toOwner, parse_mode: "Marked" }, "unsupported parse_mode"],
    ["65 bytes of callback data", { ...toOwner, ...button("ä".repeat(33)) }, "BUTTON_DATA_INVALID"],
    ["empty callback data", { ...toOwner, ...button("") }, "BUTTON_DATA_INVALID"],
    ["a button without a label", { ...toOwner, ...button("a", "") }, "BUTTON_DATA_INVALID"],
    [
      "a button without an action",
      { ...toOwner, reply_markup: { inline_keyboard: [[{ text: "x" }]] } },
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      "a keyboard of 101 buttons",
      {
        ...toOwner,
        reply_markup: { inline_keyboard: Array.from({ length: 101 }, () => [{ text: "x", callback_data: "x" }]) },
      },
      "reply markup is too long",
    ],
    ["a keyboard that is none", { ...toOwner, reply_markup: [] }, "object expected as reply markup"],
    [
      "a reply to a missing message",
      { ...toOwner, reply_parameters: { message_id: 7 } },
      "message to be replied not found",
    ],
    ["the General topic by number", { chat_id: FORUM.id, text: "x", message_thread_id: 1 }, "message thread not found"],
    ["an unknown topic", { chat_id: FORUM.id, text: "x", message_thread_id: 77 }, "message thread not found"],
    ["a topic where there are none", { ...toOwner, message_thread_id: 2 }, "message thread not found"],
  ])("%s", async (_title, params, reason) => {
    expect(await refusalOf("sendMessage", params)).toEqual([400, `Bad Request: ${reason}`]);
    expect(local.world.botMessages()).toEqual([]);
  });

  test("a user who never wrote, until they do", async () => {
    const params = { chat_id: STRANGER.id, text: "x" };
    const refused = [403, "Forbidden: bot can't initiate conversation with a user"];
    expect(await refusalOf("sendMessage", params)).toEqual(refused);
    local.world.message({ from: STRANGER.id, text: "hi" });
    expect(await callBot(local, "sendMessage", params)).toMatchObject({ ok: true });
  });

  test("a user who blocked the bot, until they unblock it", async () => {
    local.world.block({ user: OWNER.id, blocked: true });
    expect(await refusalOf("sendMessage", toOwner)).toEqual([403, "Forbidden: bot was blocked by the user"]);
    local.world.block({ user: OWNER.id, blocked: false });
    expect(await callBot(local, "sendMessage", toOwner)).toMatchObject({ ok: true });
  });

  test("a group that removed the bot", async () => {
    local.world.block({ chat: GROUP.id, blocked: true });
    const params = { chat_id: GROUP.id, text: "x" };
    expect(await refusalOf("sendMessage", params)).toEqual([403, "Forbidden: bot was kicked from the group chat"]);
  });

  test("a group that became a supergroup, and names the new one", async () => {
    const next = local.world.migrate(GROUP.id);
    expect(await callBot(local, "sendMessage", { chat_id: GROUP.id, text: "x" })).toMatchObject({
      error_code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: next },
    });
    expect(await callBot(local, "sendMessage", { chat_id: next, text: "x" })).toMatchObject({ ok: true });
  });

  test("a deleted topic and a closed one", async () => {
    const [first, second] = FORUM_TOPICS.map((topic) => ({
      chat_id: FORUM.id,
      text: "x",
      message_thread_id: topic.id,
    }));
    expect(await callBot(local, "sendMessage", first)).toMatchObject({ ok: true });
    local.world.deleteTopic({ chat: FORUM.id, thread: first?.message_thread_id ?? 0 });
    expect(await refusalOf("sendMessage", first ?? {})).toEqual([400, "Bad Request: message thread not found"]);
    await callBot(local, "closeForumTopic", second);
    expect(await refusalOf("sendMessage", second ?? {})).toEqual([400, "Bad Request: TOPIC_CLOSED"]);
  });
});

describe("sendMessage takes", () => {
  test("4096 code points, whatever their UTF-16 length", async () => {
    const sent = await sentMessage(local, "sendMessage", { ...toOwner, text: "😀".repeat(4096) });
    expect(sent.text).toHaveLength(8192);
  });

  test("a missing reply target when it is allowed to be missing", async () => {
    const reply_parameters = { message_id: 7, allow_sending_without_reply: true };
    const sent = await sentMessage(local, "sendMessage", { ...toOwner, reply_parameters });
    expect(sent).not.toHaveProperty("reply_to_message");
  });

  test("form parameters with structures as JSON text", async () => {
    const entities = JSON.stringify([{ type: "bold", offset: 0, length: 5 }]);
    const response = await fetch(`${local.url}/bot${local.token}/SENDMESSAGE`, {
      method: "POST",
      body: new URLSearchParams({ chat_id: `${OWNER.id}`, text: "hello", entities }),
    });
    expect(await response.json()).toMatchObject({ result: { entities: [{ type: "bold", offset: 0, length: 5 }] } });
  });

  test("query parameters of a GET", async () => {
    const response = await fetch(`${local.url}/bot${local.token}/sendMessage?chat_id=${OWNER.id}&text=by%20query`);
    expect(await response.json()).toMatchObject({ ok: true, result: { text: "by query", from: { is_bot: true } } });
  });

  test("a message in a topic, which then answers the topic's first message", async () => {
    const id = FORUM_TOPICS[0]?.id;
    const sent = await sentMessage(local, "sendMessage", { chat_id: FORUM.id, text: "x", message_thread_id: id });
    expect(sent).toMatchObject({ message_thread_id: id, is_topic_message: true, reply_to_message: { message_id: id } });
  });
});

describe("edits", () => {
  const NOT_MODIFIED =
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a " +
    "current content and reply markup of the message";

  test("an edit that changes nothing is refused, one that drops the keyboard is not", async () => {
    const reply_markup = { inline_keyboard: [[{ text: "x", callback_data: "x" }]] };
    const { message_id } = await sentMessage(local, "sendMessage", { ...toOwner, reply_markup });
    const same = { ...toOwner, message_id, reply_markup };
    expect(await refusalOf("editMessageText", same)).toEqual([400, NOT_MODIFIED]);
    expect(await sentMessage(local, "editMessageText", { ...toOwner, message_id })).not.toHaveProperty("reply_markup");
    expect(await refusalOf("editMessageText", { ...toOwner, message_id })).toEqual([400, NOT_MODIFIED]);
  });

  test("a missing message, another's message and a text under a file are refused", async () => {
    const prompt = local.world.message({ text: "mine" });
    const edit = (message_id: number): object => ({ ...toOwner, message_id });
    expect(await refusalOf("editMessageText", edit(1))).toEqual([400, "Bad Request: message to edit not found"]);
    expect(await refusalOf("editMessageText", edit(prompt.message_id))).toEqual([
      400,
      "Bad Request: message can't be edited",
    ]);
    const { message_id } = await sentMessage(local, "sendMessage", toOwner);
    expect(await refusalOf("editMessageCaption", { ...edit(message_id), caption: "c" })).toEqual([
      400,
      "Bad Request: there is no caption in the message to edit",
    ]);
    expect(await refusalOf("editMessageText", { ...edit(message_id), text: "" })).toEqual([
      400,
      "Bad Request: message text is empty",
    ]);
  });
});

describe("other methods", () => {
  test("deleting a missing message is refused; deleting is not repeatable", async () => {
    const { message_id } = await sentMessage(local, "sendMessage", toOwner);
    const target = { chat_id: OWNER.id, message_id };
    expect(await callBot(local, "deleteMessage", target)).toMatchObject({ ok: true, result: true });
    expect(await refusalOf("deleteMessage", target)).toEqual([400, "Bad Request: message to delete not found"]);
    expect(await callBot(local, "deleteMessages", { chat_id: OWNER.id, message_ids: [message_id] })).toMatchObject({
      ok: true,
    });
  });

  test("a press is answered once, and in time", async () => {
    let now = 1_000_000;
    local = await startForTest({ now: () => now });
    const reply_markup = { inline_keyboard: [[{ text: "x", callback_data: "x" }]] };
    const { message_id } = await sentMessage(local, "sendMessage", { ...toOwner, reply_markup });
    const tooOld = [400, "Bad Request: query is too old and response timeout expired or query ID is invalid"];
    const first = { callback_query_id: local.world.press({ message: message_id, data: "x" }) };
    expect(await callBot(local, "answerCallbackQuery", first)).toMatchObject({ ok: true });
    expect(await refusalOf("answerCallbackQuery", first)).toEqual(tooOld);
    const late = { callback_query_id: local.world.press({ message: message_id, data: "x" }) };
    now += 61_000;
    expect(await refusalOf("answerCallbackQuery", late)).toEqual(tooOld);
    expect(await refusalOf("answerCallbackQuery", { callback_query_id: "9" })).toEqual(tooOld);
  });

  test("reactions are checked", async () => {
    const { message_id } = local.world.message({ text: "hi" });
    const react = (emoji: string, id = message_id): object => ({
      chat_id: OWNER.id,
      message_id: id,
      reaction: [{ type: "emoji", emoji }],
    });
    expect(await refusalOf("setMessageReaction", react("✅"))).toEqual([400, "Bad Request: REACTION_INVALID"]);
    expect(await refusalOf("setMessageReaction", react("👀", 1))).toEqual([
      400,
      "Bad Request: message to react not found",
    ]);
    expect(await callBot(local, "setMessageReaction", react("👀"))).toMatchObject({ ok: true });
    expect(local.world.messages()[0]?.reaction).toBe("👀");
  });

  test("a draft outside a private chat is refused", async () => {
    const draft = { chat_id: FORUM.id, draft_id: 1, text: "x" };
    expect(await refusalOf("sendMessageDraft", draft)).toEqual([400, "Bad Request: TEXTDRAFT_PEER_INVALID"]);
  });

  test("commands are checked, stored by scope and returned", async () => {
    const commands = [{ command: "new", description: "Start over" }];
    const scope = { type: "chat", chat_id: OWNER.id };
    expect(await refusalOf("setMyCommands", { commands: [{ command: "No", description: "x" }] })).toEqual([
      400,
      "Bad Request: BOT_COMMAND_INVALID",
    ]);
    await callBot(local, "setMyCommands", { commands, scope });
    expect(await callBot(local, "getMyCommands", { scope })).toMatchObject({ result: commands });
    expect(await callBot(local, "getMyCommands")).toMatchObject({ result: [] });
  });

  test("an unknown method and wrong tokens are refused", async () => {
    expect(await refusalOf("sendNothing", {})).toEqual([404, "Not Found: method not found"]);
    const wrong = { ...local, token: local.token.replace("A", "B") };
    expect(await callBot(wrong, "getMe")).toMatchObject({ error_code: 401, description: "Unauthorized" });
    expect(await callBot({ ...local, token: "x" }, "getMe")).toMatchObject({
      error_code: 401,
      description: "Unauthorized: invalid token specified",
    });
  });

  test("the test path of a method works too", async () => {
    expect(await callBot(local, "test/getme")).toMatchObject({
      result: { id: local.bot.id, username: local.bot.username },
    });
  });
});
