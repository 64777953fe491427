import { beforeEach, describe, expect, test } from "vitest";
import type { LocalTelegram } from "../../../src/local/local-telegram.ts";
import { GROUP, OWNER } from "../../../src/local/world/seed.ts";
import { callBot, callSim, startForTest } from "../bot-client.ts";

let local: LocalTelegram;

beforeEach(async () => {
  local = await startForTest();
});

const hello = { chat_id: OWNER.id, text: "hello" };
const send = (): ReturnType<typeof callBot> => callBot(local, "sendMessage", hello);

describe("injected faults", () => {
  test("a 429 names retry_after, has no effect, and counts down", async () => {
    local.world.addFault({ kind: "429", retry_after: 7, times: 2 });
    const refused = {
      ok: false,
      error_code: 429,
      description: "Too Many Requests: retry after 7",
      parameters: { retry_after: 7 },
    };
    expect(await send()).toEqual(refused);
    expect(await send()).toEqual(refused);
    expect(await send()).toMatchObject({ ok: true });
    expect(local.world.botMessages()).toHaveLength(1);
  });

  test("400 and 500 carry the given description", async () => {
    local.world.addFault({ kind: "400", description: "Bad Request: made up" });
    local.world.addFault({ kind: "500" });
    expect(await send()).toEqual({ ok: false, error_code: 400, description: "Bad Request: made up" });
    expect(await send()).toEqual({ ok: false, error_code: 500, description: "Internal Server Error" });
  });

  test("a proxy's 502 is HTML", async () => {
    local.world.addFault({ kind: "502-html" });
    const response = await fetch(`${local.url}/bot${local.token}/getMe`);
    expect([response.status, response.headers.get("content-type")]).toEqual([502, "text/html"]);
    expect(await response.text()).toContain("<h1>502");
  });

  test("cut-before has no effect, cut-after has", async () => {
    local.world.addFault({ kind: "cut-before" });
    await expect(send()).rejects.toThrow("fetch failed");
    expect(local.world.botMessages()).toEqual([]);
    local.world.addFault({ kind: "cut-after" });
    await expect(send()).rejects.toThrow("fetch failed");
    expect(local.world.botMessages()).toMatchObject([{ text: "hello" }]);
  });

  test("a hanging call is never answered and has no effect", async () => {
    local.world.addFault({ kind: "hang" });
    const controller = new AbortController();
    const call = fetch(`${local.url}/bot${local.token}/sendMessage?chat_id=${OWNER.id}&text=x`, {
      signal: controller.signal,
    });
    await local.world.waitFor((world) => world.requests().some((request) => request.fault === "hang"));
    controller.abort();
    await expect(call).rejects.toThrow("abort");
    expect(local.world.botMessages()).toEqual([]);
  });

  test("a delayed call works later", async () => {
    local.world.addFault({ kind: "delay", delay_ms: 30 });
    const startedAt = performance.now();
    expect(await send()).toMatchObject({ ok: true });
    expect(performance.now() - startedAt).toBeGreaterThan(25);
  });

  test("a fault for one method or chat leaves the others alone", async () => {
    local.world.addFault({ kind: "500", method: "EditMessageText" });
    local.world.addFault({ kind: "500", chat: GROUP.id });
    expect(await send()).toMatchObject({ ok: true });
    expect(await callBot(local, "sendMessage", { ...hello, chat_id: GROUP.id })).toMatchObject({ error_code: 500 });
  });

  test("a fault without a method spares getUpdates, one for all does not", async () => {
    local.world.addFault({ kind: "500" });
    expect(await callBot(local, "getUpdates")).toMatchObject({ ok: true });
    local.world.clearFaults();
    local.world.addFault({ kind: "500", method: "*" });
    expect(await callBot(local, "getUpdates")).toMatchObject({ error_code: 500 });
  });

  test("faults are planned, listed and cleared over HTTP", async () => {
    expect(await callSim(local, "POST /sim/faults", { kind: "429", times: 3 })).toMatchObject({
      status: 200,
      body: { fault: { id: 1, left: 3 } },
    });
    expect(await callSim(local, "POST /sim/faults", { kind: "429", time: 3 })).toMatchObject({ status: 400 });
    expect(await callSim(local, "GET /sim/faults")).toMatchObject({ body: { faults: [{ kind: "429" }] } });
    await callSim(local, "DELETE /sim/faults");
    expect(local.world.faults()).toEqual([]);
  });
});

describe("flood limits", () => {
  let now = 0;
  const sendAt = async (at: number): Promise<number | undefined> => {
    now = at;
    return (await send()).parameters?.["retry_after"];
  };

  beforeEach(async () => {
    now = 1_800_000_000_000;
    local = await startForTest({ floodLimits: true, now: () => now });
  });

  test("one message a second passes; a long burst is punished, and more so when repeated", async () => {
    const start = now;
    for (let second = 0; second < 10; second += 1) expect(await sendAt(start + second * 1000)).toBeUndefined();
    const penalties = [];
    for (let index = 0; index < 7; index += 1) penalties.push(await sendAt(start + 10_000));
    expect(penalties.filter((penalty) => penalty !== undefined)).toEqual([3, 3]);
    expect(await sendAt(start + 12_000)).toBe(1);
    for (let index = 0; index < 6; index += 1) penalties.push(await sendAt(start + 13_000));
    expect(penalties.at(-1)).toBe(6);
  });

  test("a group takes 20 messages a minute", async () => {
    const sendToGroup = async (second: number): Promise<unknown> => {
      now = 1_800_000_000_000 + second * 1000;
      return (await callBot(local, "sendMessage", { ...hello, chat_id: GROUP.id })).ok;
    };
    for (let second = 0; second < 20; second += 1) expect(await sendToGroup(second)).toBe(true);
    expect(await sendToGroup(21)).toBe(false);
  });

  test("answers to presses and polls are not counted", async () => {
    for (let index = 0; index < 10; index += 1) {
      expect(await callBot(local, "getUpdates")).toMatchObject({ ok: true });
    }
    expect(await sendAt(now)).toBeUndefined();
  });
});
