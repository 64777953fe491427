import { beforeEach, expect, test } from "vitest";
import type { LocalTelegram } from "../../../src/local/local-telegram.ts";
import { OWNER } from "../../../src/local/world/seed.ts";
import { callBot, startForTest } from "../bot-client.ts";

const MB = 1024 * 1024;
let local: LocalTelegram;

beforeEach(async () => {
  local = await startForTest();
});

async function upload(method: string, fields: Readonly<Record<string, string | Blob>>): Promise<unknown> {
  const form = new FormData();
  form.set("chat_id", `${OWNER.id}`);
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.set(name, value);
    else form.set(name, value, "answer.md");
  }
  const response = await fetch(`${local.url}/bot${local.token}/${method}`, { method: "POST", body: form });
  return response.json();
}

test("a document comes back byte for byte through getFile", async () => {
  const bytes = new Uint8Array([0, 13, 10, 45, 45, 255, 13, 10]);
  expect(await upload("sendDocument", { document: new Blob([bytes]), caption: "*whole*" })).toMatchObject({
    ok: true,
    result: { caption: "*whole*", document: { file_name: "answer.md", file_size: 8 } },
  });
  const file_id = local.world.botMessages()[0]?.document?.file_id ?? "";
  expect(await callBot(local, "getFile", { file_id })).toMatchObject({ result: { file_size: 8 } });
  const path = local.world.state.files.find(file_id)?.path ?? "";
  const response = await fetch(`${local.url}/file/bot${local.token}/${path}`);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

test("an album is sent whole, with one group id", async () => {
  const media = ["a", "b"].map((name) => ({ type: "document", media: `attach://${name}`, caption: name }));
  const fields = { media: JSON.stringify(media), a: new Blob(["1"]), b: new Blob(["2"]) };
  expect(await upload("sendMediaGroup", fields)).toMatchObject({ ok: true });
  const sent = local.world.botMessages();
  expect(sent.map((message) => message.caption)).toEqual(["a", "b"]);
  expect(new Set(sent.map((message) => message.media_group_id)).size).toBe(1);
});

test("an album with a broken part is not sent at all", async () => {
  const media = ["a", "b"].map((name) => ({ type: "document", media: `attach://${name}` }));
  expect(await upload("sendMediaGroup", { media: JSON.stringify(media), a: new Blob(["1"]) })).toMatchObject({
    description: "Bad Request: wrong file identifier/HTTP URL specified",
  });
  expect(local.world.botMessages()).toEqual([]);
});

test("a caption of 1025 characters is refused", async () => {
  expect(await upload("sendDocument", { document: new Blob(["x"]), caption: "c".repeat(1025) })).toMatchObject({
    error_code: 400,
    description: "Bad Request: message caption is too long",
  });
});

test("an upload over 50 MB is refused with 413", async () => {
  expect(await upload("sendDocument", { document: new Blob([new Uint8Array(52 * MB)]) })).toEqual({
    ok: false,
    error_code: 413,
    description: "Request Entity Too Large",
  });
});

test("getFile refuses files over 20 MB and unknown ids", async () => {
  const big = local.world.upload({ kind: "document", name: "big.bin", bytes: new Uint8Array(20 * MB + 1) });
  expect(await callBot(local, "getFile", { file_id: big.document?.file_id })).toMatchObject({
    description: "Bad Request: file is too big",
  });
  expect(await callBot(local, "getFile", { file_id: "none" })).toMatchObject({
    description: "Bad Request: wrong file_id or the file is temporarily unavailable",
  });
});

test("a call without its file is refused", async () => {
  expect(await callBot(local, "sendDocument", { chat_id: OWNER.id })).toMatchObject({
    description: "Bad Request: there is no document in the request",
  });
});
