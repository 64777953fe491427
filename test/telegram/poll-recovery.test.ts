import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Receiving } from "../../src/bridge/status/receiving.ts";
import { createPoller } from "../../src/telegram/poll-updates.ts";
import { type PollWatch, watchPolling } from "../../src/telegram/poll-watch.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeLine } from "./fake-line.ts";
import { RecordingLog } from "./recording-log.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** As long as polling may take to come back after the line did. */
const LIMIT_MS = 30 * SECOND;

let clock: FakeClock;
let line: FakeLine;
let log: RecordingLog;
let watch: PollWatch;
let stopping: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  clock = new FakeClock();
  line = new FakeLine(clock);
  log = new RecordingLog();
  stopping = new AbortController();
  const poller = createPoller({ api: line.api, receive: () => {}, clock, log });
  watch = watchPolling({ poller, clock, log });
  running = poller.run(stopping.signal);
  await clock.advance(50 * SECOND);
});

afterEach(async () => {
  watch.stop();
  stopping.abort();
  await running;
  expect(clock.pending.filter((ms) => ms > 20 * SECOND)).toEqual([]);
});

/** How long after now Telegram answers a poll that it got from now on. */
async function recovery(): Promise<number> {
  const from = clock.now();
  for (;;) {
    const before = line.polls;
    await clock.advance(SECOND / 4);
    const answer = line.answers.find((at) => at >= from);
    if (answer !== undefined) return answer - from;
    if (clock.now() - from > 5 * MINUTE) throw new Error(`no answer within 5 minutes, ${before} polls`);
  }
}

const states = (): Receiving["state"] => watch.receiving().state;

describe("polling is back within 30 s", () => {
  const kinds = ["refused", "no-dns", "silent"] as const;
  const lengths = [
    ["1 s", SECOND],
    ["5 min", 5 * MINUTE],
    ["8 h", 8 * HOUR],
  ] as const;

  it.each(kinds.flatMap((kind) => lengths.map(([name, ms]) => ({ kind, name, ms }))))(
    "after $name of $kind",
    async ({ kind, ms }) => {
      line.become(kind);
      await clock.advance(ms);
      line.become("up");
      expect(await recovery()).toBeLessThanOrEqual(LIMIT_MS);
      expect(states()).toBe("well");
    },
    60_000,
  );

  it("wherever in its own rhythm the line comes and goes", async () => {
    for (let phase = 0; phase < 60; phase += 1) {
      line.become(phase % 2 === 0 ? "silent" : "no-dns");
      await clock.advance(2 * MINUTE + phase * 700);
      line.become("up");
      expect(await recovery()).toBeLessThanOrEqual(LIMIT_MS);
      await clock.advance(phase * 300);
    }
  });

  it.each(["stopped", "late"] as const)("after 8 h of sleep with timers that are %s", async (timers) => {
    line.become("silent");
    line.become("up");
    await clock.sleep(8 * HOUR, timers);
    expect(await recovery()).toBeLessThanOrEqual(6 * SECOND);
    expect(log.messages("error")).toEqual([]);
  });

  it("after a sleep into a place without a network", async () => {
    line.become("silent");
    await clock.sleep(HOUR, "stopped");
    line.become("no-dns");
    await clock.advance(10 * MINUTE);
    line.become("up");
    expect(await recovery()).toBeLessThanOrEqual(LIMIT_MS);
  });
});

describe("while the line is down", () => {
  it.each(["refused", "no-dns", "silent"] as const)("a poll is tried at most every five seconds: %s", async (kind) => {
    line.become(kind);
    const before = line.polls;
    await clock.advance(HOUR);
    expect(line.polls - before).toBeLessThanOrEqual(HOUR / (5 * SECOND) + 4);
    expect(line.polls - before).toBeGreaterThanOrEqual(HOUR / (16 * SECOND));
  });

  it("the log has one line when it begins, one error after two minutes, and one line when it is over", async () => {
    line.become("refused");
    await clock.advance(99 * SECOND);
    expect(log.messages("error")).toEqual([]);
    expect(states()).toBe("waiting");
    await clock.advance(8 * HOUR);
    expect(states()).toBe("deaf");
    line.become("up");
    await recovery();
    await clock.advance(MINUTE);
    expect(log.entries.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "warn not receiving updates",
      "warn not receiving updates",
      "error no messages can be received: Telegram has not answered for two minutes; trying on",
      "info receiving updates again",
      "info Telegram answers again",
    ]);
    const { lastOutage, reason } = watch.receiving();
    expect(reason).toBeUndefined();
    expect(Math.round(((lastOutage?.to ?? 0) - (lastOutage?.from ?? 0)) / HOUR)).toBe(8);
  });

  it("a second outage is an error of its own", async () => {
    for (let outage = 0; outage < 2; outage += 1) {
      line.become("silent");
      await clock.advance(5 * MINUTE);
      line.become("up");
      await recovery();
    }
    expect(log.messages("error")).toHaveLength(2);
  });

  it("the time since the last answer is told, and the reason", async () => {
    line.become("no-dns");
    await clock.advance(90 * SECOND);
    const { silentMs, reason } = watch.receiving();
    expect(silentMs).toBeGreaterThan(85 * SECOND);
    expect(reason).toBe("no connection to Telegram (ENOTFOUND)");
  });
});

describe("a server that does not hold polls", () => {
  it("is not asked more than once a second", async () => {
    line.become("unheld");
    const before = line.polls;
    await clock.advance(MINUTE);
    expect(line.polls - before).toBeLessThanOrEqual(60 + 5);
    expect(states()).toBe("well");
  });
});

describe("while all is well", () => {
  it("a poll is held for 20 s, and the last answer is never older than that", async () => {
    const before = line.polls;
    for (let look = 0; look < 600; look += 1) {
      await clock.advance(SECOND);
      expect(watch.receiving().silentMs).toBeLessThanOrEqual(21 * SECOND);
    }
    expect(line.polls - before).toBeLessThanOrEqual(30);
    expect(log.entries).toEqual([]);
  });
});
