import type { Update } from "grammy/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BadTokenError, PollConflictError } from "../../src/telegram/poll-errors.ts";
import { createPoller, type Poller } from "../../src/telegram/poll-updates.ts";
import { FakeBotApi, refusal } from "./fake-bot-api.ts";
import { FakeClock } from "./fake-clock.ts";
import { RecordingLog } from "./recording-log.ts";

const conflict = refusal(409, "Conflict: terminated by other getUpdates request");
const webhookSet = refusal(409, "Conflict: can't use getUpdates method while webhook is active");

let server: FakeBotApi;
let clock: FakeClock;
let received: number[];
let log: RecordingLog;
let stopping: AbortController;
let running: Promise<void>;

beforeEach(() => {
  server = new FakeBotApi();
  clock = new FakeClock();
  received = [];
  log = new RecordingLog();
  stopping = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stopping.abort();
  await running.catch(() => {});
  await server.stop();
});

async function start(receive = (update: Update): void => void received.push(update.update_id)): Promise<Poller> {
  const api = await server.start();
  const poller = createPoller({ api, receive, clock, log });
  running = poller.run(stopping.signal);
  return poller;
}

/** Waits until the poller pauses for exactly this long, and lets the pause pass. */
async function passPause(ms: number): Promise<void> {
  await clock.timerOf(ms);
  await clock.advance(ms);
}

const updates = (...ids: number[]) => ({ ok: ids.map((update_id) => ({ update_id })) });
const offsets = () => server.of("getUpdates").map(({ body }) => body["offset"]);

describe("polling", () => {
  it("asks for the update kinds it handles and confirms what was received", async () => {
    server.script("getUpdates", updates(10, 11), updates(12), updates());
    const poller = await start();
    expect(poller.lastPollAt()).toBeUndefined();
    const { body } = await server.called("getUpdates", 4);
    expect(body).toEqual({
      offset: 13,
      limit: 100,
      timeout: 20,
      allowed_updates: ["message", "edited_message", "callback_query", "my_chat_member"],
    });
    expect(received).toEqual([10, 11, 12]);
    expect(offsets()).toEqual([0, 12, 13, 13]);
    expect(poller.lastPollAt()).toBe(clock.now());
    expect(poller.health()).toEqual({ state: "polling" });
    expect(log.entries).toEqual([]);
  });

  it("ends when it is told to, in the middle of a poll or of a pause", async () => {
    await start();
    await server.called("getUpdates", 1);
    stopping.abort();
    await running;
    expect(clock.pending).toEqual([]);
  });

  it("does not confirm an update that can't be stored, and offers it until it can", async () => {
    server.script("getUpdates", updates(10, 11, 12));
    let full = true;
    const poller = await start(({ update_id: id }) => {
      if (id === 11 && full) throw new Error("disk full");
      received.push(id);
    });
    await passPause(1000);
    await passPause(2000);
    expect(received).toEqual([10]);
    expect(poller.health()).toEqual({ state: "waiting", reason: "updates can't be stored: disk full" });
    full = false;
    await passPause(3000);
    await server.called("getUpdates", 2);
    expect(received).toEqual([10, 11, 12]);
    expect(offsets()).toEqual([0, 13]);
    expect(poller.health()).toEqual({ state: "polling" });
  });
});

describe("faults of the line", () => {
  it("are waited out with pauses up to five seconds", async () => {
    server.script(
      "getUpdates",
      "reset",
      refusal(502, "Bad Gateway"),
      { status: 502, body: "<html>" },
      "reset",
      "reset",
      updates(1),
    );
    const poller = await start();
    expect(poller.health()).toBeUndefined();
    for (const ms of [1000, 2000, 3000, 5000, 5000]) {
      await clock.timerOf(ms);
      expect(poller.health()).toMatchObject({ state: "waiting" });
      await clock.advance(ms);
    }
    await server.called("getUpdates", 7);
    expect(received).toEqual([1]);
    expect(poller.health()).toEqual({ state: "polling" });
    expect(log.entries.at(-1)).toEqual({ level: "info", message: "receiving updates again" });
  });

  it("start over with a short pause after a success", async () => {
    server.script("getUpdates", "reset", "reset", updates(1), "reset", updates(2));
    await start();
    for (const ms of [1000, 2000, 1000]) await passPause(ms);
    await server.called("getUpdates", 6);
    expect(received).toEqual([1, 2]);
  });

  it("that show nothing but silence are noticed after 25 s, and from then on after 10 s", async () => {
    server.script("getUpdates", updates(), "hang", "hang", updates(1));
    await start();
    await server.called("getUpdates", 2);
    await passPause(25_000);
    await passPause(1000);
    await passPause(10_000);
    await passPause(2000);
    await server.called("getUpdates", 5);
    expect(received).toEqual([1]);
  });

  it("name no token", async () => {
    server.script("getUpdates", "reset");
    const poller = await start();
    await clock.timerOf(1000);
    expect(poller.health()).toMatchObject({ state: "waiting" });
    expect(JSON.stringify([poller.health(), log.entries])).not.toContain("secret");
  });

  it("wait as long as a 429 asks for", async () => {
    server.script("getUpdates", refusal(429, "Too Many Requests: retry after 17", { retry_after: 17 }), updates(1));
    await start();
    await passPause(17_000);
    await server.called("getUpdates", 3);
    expect(received).toEqual([1]);
  });
});

describe("another poller", () => {
  it("is waited out when it goes within 90 s", async () => {
    server.script("getUpdates", ...Array.from({ length: 17 }, () => conflict), updates(1));
    await start();
    for (let index = 0; index < 17; index += 1) await passPause(5000);
    await server.called("getUpdates", 19);
    expect(received).toEqual([1]);
  });

  it("that stays ends polling with one clear error", async () => {
    server.script("getUpdates", ...Array.from({ length: 30 }, () => conflict));
    await start();
    const outcome = expect(running).rejects.toThrow(PollConflictError);
    for (let index = 0; index < 18; index += 1) await passPause(5000);
    await outcome;
    expect(server.of("getUpdates")).toHaveLength(19);
    await expect(running).rejects.toThrow(/another program polls with this bot token/);
  });

  it("that loses a poll now and then counts as one quarrel", async () => {
    server.script("getUpdates", ...Array.from({ length: 30 }, () => [conflict, updates()]).flat());
    await start();
    const outcome = expect(running).rejects.toThrow(PollConflictError);
    for (let index = 0; index < 18; index += 1) await passPause(5000);
    await outcome;
  });

  it("is forgotten after a while without it", async () => {
    server.script("getUpdates", ...Array.from({ length: 10 }, () => conflict), "hang", "hang", "hang");
    server.script("getUpdates", ...Array.from({ length: 10 }, () => conflict), updates(1));
    await start();
    for (let index = 0; index < 10; index += 1) await passPause(5000);
    for (const retryMs of [1000, 2000, 3000]) {
      await passPause(10_000);
      await passPause(retryMs);
    }
    for (let index = 0; index < 10; index += 1) await passPause(5000);
    await server.called("getUpdates", 25);
    expect(received).toEqual([1]);
  });
});

describe("a webhook", () => {
  it("is removed without dropping what waits", async () => {
    server.script("getUpdates", webhookSet, updates(1));
    await start();
    await passPause(0);
    await server.called("getUpdates", 3);
    expect(server.of("deleteWebhook")).toEqual([{ method: "deleteWebhook", body: { drop_pending_updates: false } }]);
    expect(received).toEqual([1]);
  });

  it("that comes back is somebody else's: a conflict", async () => {
    server.script("getUpdates", ...Array.from({ length: 30 }, () => webhookSet));
    await start();
    const outcome = expect(running).rejects.toThrow(PollConflictError);
    await passPause(0);
    for (let index = 0; index < 18; index += 1) await passPause(5000);
    await outcome;
    expect(server.of("deleteWebhook")).toHaveLength(1);
  });
});

describe("a wrong token", () => {
  it.each([
    [401, "Unauthorized"],
    [404, "Not Found"],
  ])("ends polling: %i", async (code, description) => {
    server.script("getUpdates", refusal(code, description));
    await start();
    await expect(running).rejects.toThrow(BadTokenError);
  });
});
