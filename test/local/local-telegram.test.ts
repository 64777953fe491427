import { expect, test } from "vitest";
import { LocalTelegramError } from "../../src/local/local-telegram-error.ts";
import { startLocalTelegram } from "../../src/local/local-telegram.ts";
import { callBot, startForTest } from "./bot-client.ts";

test("a taken port is explained", async () => {
  const { url } = await startForTest();
  const port = Number(new URL(url).port);
  const second = startLocalTelegram({ port });
  await expect(second).rejects.toThrow(
    `port ${port} of 127.0.0.1 is used by another program: end that program, or choose another port (0 takes a free one)`,
  );
  await expect(second).rejects.toBeInstanceOf(LocalTelegramError);
});

test("a malformed token is explained", async () => {
  await expect(startLocalTelegram({ token: "secret" })).rejects.toThrow("the token must look like 123456:AbC");
});

test("servers beside each other share nothing", async () => {
  const [first, second] = [await startForTest(), await startForTest()];
  first.world.message({ text: "for the first" });
  expect(second.world.messages()).toEqual([]);
  expect(await callBot(second, "getUpdates")).toMatchObject({ result: [] });
});

test("a server started later gives later ids", async () => {
  const at = Date.UTC(2026, 5, 1);
  const [first, second] = [await startForTest({ now: () => at }), await startForTest({ now: () => at + 60_000 })];
  const ids = [first, second].map((local) => local.world.message({ text: "x" }).message_id);
  expect(ids[1]).toBe((ids[0] ?? 0) + 600);
});

test("extra users have a private chat each, and the bot can answer there once they wrote", async () => {
  const local = await startForTest({ extraUsers: 2 });
  const [first, second] = local.extras;
  local.world.message({ from: first?.id ?? 0, text: "hello" });
  expect(await callBot(local, "sendMessage", { chat_id: first?.privateChatId, text: "hi" })).toMatchObject({
    ok: true,
  });
  expect(await callBot(local, "sendMessage", { chat_id: second?.privateChatId, text: "hi" })).toMatchObject({
    error_code: 403,
  });
  expect(local.world.messages(first?.privateChatId).map((message) => message.text)).toEqual(["hello", "hi"]);
});

test("closing ends an open poll", async () => {
  const local = await startForTest();
  const poll = callBot(local, "getUpdates", { timeout: 50 });
  await local.world.waitFor((world) => world.isPolled);
  const ended = expect(poll).rejects.toThrow("fetch failed");
  await local.close();
  await ended;
});

test("a wait that ends without a match shows what is visible", async () => {
  const { world } = await startForTest();
  world.message({ text: "only this" });
  await expect(world.waitFor(() => undefined, { timeoutMs: 20 })).rejects.toThrow(
    /nothing matched within 20 ms; visible:\nchat 1001 \(private\)\n {2}#\d+ You: only this/,
  );
});

test("waitForEvent sees past events from a given place, and later ones", async () => {
  const { world } = await startForTest();
  world.message({ text: "past" });
  const textOf = (wanted: string) =>
    world.waitForEvent((event) => event.type === "message" && event.message.text === wanted && event.id, { after: 0 });
  expect(await textOf("past")).toBe(1);
  const later = textOf("later");
  world.message({ text: "later" });
  expect(await later).toBe(2);
});
