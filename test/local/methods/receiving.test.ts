import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { LocalTelegram } from "../../../src/local/local-telegram.ts";
import { CHANNEL, FORUM, FORUM_TOPICS, GROUP, OWNER, STRANGER } from "../../../src/local/world/seed.ts";
import { callBot, startForTest } from "../bot-client.ts";

let local: LocalTelegram;

beforeEach(async () => {
  local = await startForTest({ firstId: 100 });
});

const Updates = z.array(
  z.looseObject({ update_id: z.number(), message: z.looseObject({ text: z.string().optional() }).optional() }),
);

async function getUpdates(params: object = {}): Promise<z.infer<typeof Updates>> {
  return Updates.parse((await callBot(local, "getUpdates", params)).result);
}

const idsOf = (updates: z.infer<typeof Updates>): readonly number[] => updates.map((update) => update.update_id);

test("updates come again until an offset confirms them", async () => {
  for (const text of ["a", "b", "c"]) local.world.message({ text });
  expect(idsOf(await getUpdates())).toEqual([101, 102, 103]);
  expect(idsOf(await getUpdates({ limit: 2 }))).toEqual([101, 102]);
  expect(idsOf(await getUpdates({ offset: 102 }))).toEqual([102, 103]);
  expect(idsOf(await getUpdates({ offset: 0 }))).toEqual([102, 103]);
});

test("a negative offset keeps only the last updates", async () => {
  for (const text of ["a", "b", "c"]) local.world.message({ text });
  expect(idsOf(await getUpdates({ offset: -1 }))).toEqual([103]);
  expect(idsOf(await getUpdates())).toEqual([103]);
});

test("a poll that is open gets confirmed updates once more under their old ids", async () => {
  for (const text of ["a", "b"]) local.world.message({ text });
  const poll = getUpdates({ offset: 103, timeout: 50 });
  await local.world.waitFor((world) => world.isPolled);
  expect(local.world.repeatUpdates()).toBe(2);
  expect(idsOf(await poll)).toEqual([101, 102]);
  expect(await getUpdates({ offset: 103 })).toEqual([]);
});

test("updates that were turned round tell of the last message first, under ascending ids", async () => {
  for (const text of ["a", "b", "c"]) local.world.message({ text });
  expect(local.world.reverseUpdates()).toBe(3);
  const updates = await getUpdates();
  expect(idsOf(updates)).toEqual([101, 102, 103]);
  expect(updates.map((update) => update.message?.text)).toEqual(["c", "b", "a"]);
});

test("a long poll ends with the first update", async () => {
  const poll = getUpdates({ timeout: 50 });
  await local.world.waitFor((world) => world.isPolled);
  local.world.message({ text: "now" });
  expect((await poll)[0]?.message?.text).toBe("now");
});

test("the earlier of two polls ends with 409", async () => {
  const earlier = callBot(local, "getUpdates", { timeout: 50 });
  await local.world.waitFor((world) => world.isPolled);
  const later = callBot(local, "getUpdates", { timeout: 50 });
  expect(await earlier).toMatchObject({
    error_code: 409,
    description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  });
  local.world.message({ text: "for the later one" });
  expect(await later).toMatchObject({ ok: true, result: [{ message: { text: "for the later one" } }] });
});

test("a client that hangs up leaves no poll behind", async () => {
  const controller = new AbortController();
  const poll = fetch(`${local.url}/bot${local.token}/getUpdates?timeout=50`, { signal: controller.signal });
  await local.world.waitFor((world) => world.isPolled);
  controller.abort();
  await expect(poll).rejects.toThrow("abort");
  await local.world.waitFor((world) => !world.isPolled);
});

test("allowed_updates holds for later polls and later updates only", async () => {
  const prompt = local.world.message({ text: "before" });
  await getUpdates({ allowed_updates: ["edited_message"] });
  local.world.message({ text: "unwanted" });
  local.world.edit({ message: prompt.message_id, text: "changed" });
  const updates = await getUpdates();
  expect(updates).toMatchObject([{ message: { text: "before" } }, { edited_message: { text: "changed" } }]);
});

test("the default set has no reactions; asking for them brings them", async () => {
  const { message_id } = local.world.message({ text: "a" });
  local.world.react({ message: message_id, emoji: "👍" });
  expect(await getUpdates({ allowed_updates: ["message_reaction"] })).toHaveLength(1);
  local.world.react({ message: message_id, emoji: "👍" });
  expect(await getUpdates({ offset: 102 })).toMatchObject([{ message_reaction: { new_reaction: [{ emoji: "👍" }] } }]);
});

test("a webhook is refused, and deleting one can drop what is pending", async () => {
  local.world.message({ text: "a" });
  expect(await callBot(local, "setWebhook", { url: "https://a.example" })).toMatchObject({
    ok: false,
    error_code: 400,
  });
  expect(await callBot(local, "getWebhookInfo")).toMatchObject({ result: { url: "", pending_update_count: 1 } });
  await callBot(local, "deleteWebhook", { drop_pending_updates: true });
  expect(await getUpdates()).toEqual([]);
});

test("what users do reaches the bot as Telegram tells it", async () => {
  const [topic] = FORUM_TOPICS;
  const prompt = local.world.message({ text: "/start now", forward: "Ann" });
  local.world.message({ text: "again", reply_to: prompt.message_id, quote: "now" });
  local.world.message({ chat: FORUM.id, thread: topic?.id ?? 0, text: "in a topic" });
  local.world.message({ chat: CHANNEL.id, text: "post" });
  local.world.message({ from: STRANGER.id, text: "hello?" });
  local.world.press({ message: 9, data: "stale", force: true });
  const supergroup = local.world.migrate(GROUP.id);
  local.world.block({ user: OWNER.id, blocked: true });
  const from = { id: OWNER.id };
  expect(await getUpdates()).toMatchObject([
    {
      message: {
        from,
        entities: [{ type: "bot_command", offset: 0, length: 6 }],
        forward_origin: { sender_user_name: "Ann" },
      },
    },
    { message: { reply_to_message: { text: "/start now" }, quote: { text: "now", position: 7, is_manual: true } } },
    { message: { message_thread_id: topic?.id, is_topic_message: true, reply_to_message: { message_id: topic?.id } } },
    { channel_post: { text: "post", sender_chat: { id: CHANNEL.id } } },
    { message: { from: { id: STRANGER.id }, chat: { id: STRANGER.id, type: "private" } } },
    { callback_query: { from, data: "stale", message: { message_id: 9, date: 0 } } },
    { message: { chat: { id: GROUP.id }, migrate_to_chat_id: supergroup } },
    { message: { chat: { id: supergroup, type: "supergroup" }, migrate_from_chat_id: GROUP.id } },
    { my_chat_member: { old_chat_member: { status: "member" }, new_chat_member: { status: "kicked" } } },
  ]);
});

test("a topic in the private chat turns topics on", async () => {
  expect(await callBot(local, "createForumTopic", { chat_id: OWNER.id, name: "x" })).toMatchObject({ ok: false });
  local.world.topic({ title: "api" });
  expect(await callBot(local, "getMe")).toMatchObject({ result: { has_topics_enabled: true } });
  expect(await callBot(local, "createForumTopic", { chat_id: OWNER.id, name: "x" })).toMatchObject({
    result: { name: "x" },
  });
});
