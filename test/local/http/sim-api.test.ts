import { IncomingMessage, request } from "node:http";
import { once } from "node:events";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { LocalTelegram } from "../../../src/local/local-telegram.ts";
import { FORUM, OWNER } from "../../../src/local/world/seed.ts";
import { callBot, callSim, sentMessage, startForTest } from "../bot-client.ts";

let local: LocalTelegram;

beforeEach(async () => {
  local = await startForTest();
});

test("the state shows people, chats with their topics, and the messages of a chat", async () => {
  local.world.message({ text: "hi" });
  expect(await callSim(local, `GET /sim/state?chat=${OWNER.id}`)).toMatchObject({
    status: 200,
    body: {
      owner: OWNER.id,
      bot: { username: local.bot.username },
      users: [{ id: OWNER.id }, { id: local.stranger.id }, {}],
      chats: expect.arrayContaining([
        expect.objectContaining({
          id: FORUM.id,
          is_forum: true,
          topics: [{ id: 2, name: "Topic A", closed: false }, expect.anything()],
        }),
      ]),
      messages: [{ text: "hi", from: { id: OWNER.id } }],
      last_event: 1,
    },
  });
});

test("a message, an edit, a press and a deletion over HTTP reach the bot and the chat", async () => {
  const written = await callSim(local, "POST /sim/message", { text: "one" });
  const { message } = z.object({ message: z.looseObject({ message_id: z.number() }) }).parse(written.body);
  await callSim(local, "POST /sim/edit", { message: message.message_id, text: "two" });
  expect(local.world.messages()).toMatchObject([{ text: "two" }]);
  const reply_markup = { inline_keyboard: [[{ text: "Stop", callback_data: "stop" }]] };
  const card = await sentMessage(local, "sendMessage", { chat_id: OWNER.id, text: "working", reply_markup });
  const pressed = await callSim(local, "POST /sim/press", { message: card.message_id, data: "stop" });
  expect(pressed.body).toEqual({ query_id: expect.stringMatching(/^\d+$/) });
  expect(await callSim(local, "POST /sim/press", { message: card.message_id, data: "other" })).toMatchObject({
    status: 400,
    body: { error: `message ${card.message_id} has no button with data 'other'` },
  });
  await callSim(local, "POST /sim/delete", { message: message.message_id });
  expect(local.world.messages()).toMatchObject([{ text: "working" }]);
  expect(await callBot(local, "getUpdates")).toMatchObject({
    result: [{ message: { text: "one" } }, { edited_message: { text: "two" } }, { callback_query: { data: "stop" } }],
  });
});

test("a file is uploaded with its caption and can be read back", async () => {
  const form = new FormData();
  form.set("kind", "photo");
  form.set("caption", "look");
  form.set("file", new Blob(["picture"], { type: "image/png" }), "a b.png");
  const response = await fetch(`${local.url}/sim/upload`, { method: "POST", body: form });
  expect(await response.json()).toMatchObject({ message: { caption: "look", photo: [{ file_size: 7 }] } });
  const id = local.world.messages()[0]?.photo?.[0]?.file_id ?? "";
  const file = await fetch(`${local.url}/sim/file?id=${id}`);
  expect(file.headers.get("content-type")).toBe("image/png");
  expect(await file.text()).toBe("picture");
});

test("an uploaded page is never shown as one", async () => {
  const { document } = local.world.upload({
    kind: "document",
    name: "x.html",
    type: "text/html",
    bytes: Buffer.from("<b>"),
  });
  const response = await fetch(`${local.url}/sim/file?id=${document?.file_id}`);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  expect(response.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''x.html");
});

test("every Bot API call is logged with its parameters and outcome", async () => {
  await callBot(local, "SENDmessage", { chat_id: 42, text: "x" });
  await callBot(local, "getMe");
  expect(await callSim(local, "GET /sim/requests?method=sendMessage")).toMatchObject({
    body: {
      requests: [
        {
          id: 1,
          method: "sendMessage",
          params: { chat_id: 42, text: "x" },
          status: 400,
          description: "Bad Request: chat not found",
        },
      ],
    },
  });
});

test("a restart ends the open poll; nothing is forgotten", async () => {
  const poll = callBot(local, "getUpdates", { timeout: 50 });
  await local.world.waitFor((world) => world.isPolled);
  const ended = expect(poll).rejects.toThrow("fetch failed");
  await fetch(`${local.url}/sim/restart`, { method: "POST" });
  await ended;
  local.world.message({ text: "still here" });
  expect(await callBot(local, "getUpdates")).toMatchObject({ result: [{ message: { text: "still here" } }] });
});

describe("events", () => {
  test("the stream begins with hello and resumes after Last-Event-ID without loss", async () => {
    local.world.message({ text: "one" });
    local.world.message({ text: "two" });
    const read = await openEvents({ "last-event-id": "1" });
    const events = await read(2);
    expect(events[0]).toMatchObject({ type: "hello", boot: local.world.boot, last_event: 2, missed: false });
    expect(events[1]).toMatchObject({ id: 2, type: "message", chat: OWNER.id, message: { text: "two" } });
  });

  test("what the bot does is streamed as it happens", async () => {
    const read = await openEvents({});
    await callBot(local, "sendChatAction", { chat_id: OWNER.id, action: "typing" });
    const { message_id } = await sentMessage(local, "sendMessage", {
      chat_id: OWNER.id,
      text: "a",
      disable_notification: true,
    });
    await callBot(local, "editMessageText", { chat_id: OWNER.id, message_id, text: "b" });
    await callBot(local, "deleteMessage", { chat_id: OWNER.id, message_id });
    expect(await read(5)).toMatchObject([
      { type: "hello" },
      { type: "action", action: "typing" },
      { type: "message", message: { text: "a", silent: true } },
      { type: "edit", message: { text: "b" } },
      { type: "delete", message_id },
    ]);
  });

  test("a place this server never reached is reported as missed", async () => {
    const read = await openEvents({ "last-event-id": "900" });
    expect(await read(1)).toMatchObject([{ missed: true }]);
  });
});

describe("other sites", () => {
  test.each(["/", "/sim/state", "/bot1:x/getMe"])("a foreign host name is refused at %s", async (path) => {
    expect(await statusOf(path, { host: "evil.example" })).toBe(403);
  });

  test("a foreign origin is refused, the page's own is not", async () => {
    expect(await statusOf("/sim/state", { origin: "https://evil.example" })).toBe(403);
    expect(await statusOf("/sim/state", { origin: "null" })).toBe(403);
    expect(await statusOf("/sim/state", { origin: local.url })).toBe(200);
  });

  test("a browser's request for another site is refused, except for the page itself", async () => {
    const headers = { "sec-fetch-site": "cross-site" };
    expect(await statusOf(`/bot${local.token}/getMe`, headers)).toBe(403);
    expect(await statusOf("/", headers)).toBe(200);
  });
});

describe("the page", () => {
  test("is served at the root, with a policy that runs only its own files", async () => {
    const response = await fetch(local.url);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  test.each(["/../seed.ts", "/%2e%2e/local-world.ts", "/none.js", "/..%2flocal-world.ts"])(
    "%s is not served",
    async (path) => {
      expect(await statusOf(path, {})).toBe(404);
    },
  );
});

// fetch sets Host by itself; here it must be a lie.
async function statusOf(path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const sent = request(`${local.url}/`, { path, headers }).end();
  const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await once(sent, "response"));
  response.resume();
  return response.statusCode;
}

// Resolves when the stream is open; what it returns reads that many events.
async function openEvents(
  headers: Readonly<Record<string, string>>,
): Promise<(count: number) => Promise<readonly unknown[]>> {
  const response = await fetch(`${local.url}/sim/events`, { headers });
  return async (count) => {
    const events: unknown[] = [];
    let rest = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + chunk).split("\n\n");
      rest = blocks.pop() ?? "";
      const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => line.startsWith("data: "));
      events.push(...lines.map((line): unknown => JSON.parse(line.slice("data: ".length))));
      if (events.length >= count) break;
    }
    return events;
  };
}
