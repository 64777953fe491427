import { describe, expect, it } from "vitest";
import {
  emptyWindow,
  fullBucket,
  isRested,
  landed,
  readyAt,
  refused,
  taken,
  type Pace,
} from "../../../src/telegram/outbox/pace.ts";
import { seededRandom } from "../seeded-random.ts";

const bucket = (): Pace => fullBucket({ capacity: 3, perSecond: 1 }, 0);
const window = (): Pace => emptyWindow({ calls: 20, spanMs: 60_000 });
const query = (now: number, keep = 0, share = 1) => ({ now, keep, share });

/** Makes `count` calls, each as early as allowed, and returns when. */
function callTimes(pace: Pace, count: number, options: { keep: number; share: number }): number[] {
  const times: number[] = [];
  let state = pace;
  let now = 0;
  for (let index = 0; index < count; index += 1) {
    now = readyAt(state, { now, ...options });
    state = taken(state, now, options.share);
    times.push(now);
  }
  return times;
}

describe("a bucket", () => {
  it("allows its capacity at once and then one call a second", () => {
    expect(callTimes(bucket(), 6, { keep: 0, share: 1 })).toEqual([0, 0, 0, 1000, 2000, 3000]);
  });

  it("keeps back places for more important calls", () => {
    expect(callTimes(bucket(), 4, { keep: 1, share: 1 })).toEqual([0, 0, 1000, 2000]);
    const used = taken(taken(bucket(), 0, 1), 0, 1);
    expect(readyAt(used, query(0))).toBe(0);
  });

  it("refills at the share of the rate it is given", () => {
    expect(callTimes(bucket(), 5, { keep: 0, share: 0.5 })).toEqual([0, 0, 0, 2000, 4000]);
  });

  it("does not refill while a call is on its way", () => {
    const out = taken(taken(taken(bucket(), 0, 1), 0, 1), 0, 1);
    expect(readyAt(landed(out, 700), query(700))).toBe(1700);
  });

  it("allows one call and no burst when a refusal ends", () => {
    const after = refused(bucket(), 10_000);
    expect(readyAt(after, query(10_000))).toBe(10_000);
    expect(readyAt(taken(after, 10_000, 1), query(10_000))).toBe(11_000);
  });

  it("is rested when it is full again", () => {
    const used = taken(bucket(), 0, 1);
    expect([isRested(used, 999), isRested(used, 1000)]).toEqual([false, true]);
  });
});

describe("a window", () => {
  it("allows its calls in any span and no more", () => {
    const times = callTimes(window(), 45, { keep: 0, share: 1 });
    expect([times[19], times[20], times[39], times[40]]).toEqual([0, 60_000, 60_000, 120_000]);
  });

  it("keeps back places for more important calls", () => {
    const times = callTimes(window(), 19, { keep: 2, share: 1 });
    expect([times[17], times[18]]).toEqual([0, 60_000]);
  });

  it("halves with the share", () => {
    const times = callTimes(window(), 11, { keep: 0, share: 0.5 });
    expect([times[9], times[10]]).toEqual([0, 60_000]);
  });

  it("counts a call from when it landed", () => {
    const full = Array.from({ length: 20 }).reduce<Pace>((pace) => landed(taken(pace, 0, 1), 400), window());
    expect(readyAt(full, query(500))).toBe(60_400);
    expect([isRested(full, 60_399), isRested(full, 60_400)]).toEqual([false, true]);
  });
});

describe("readyAt", () => {
  it("names a time at which the call is really allowed", () => {
    const random = seededRandom(7);
    for (const start of [bucket(), window()]) {
      let pace = start;
      let now = 0;
      for (let step = 0; step < 2000; step += 1) {
        now += Math.floor(random() * 900);
        const asked = query(now, Math.floor(random() * 2), random() < 0.5 ? 1 : 0.5);
        const at = readyAt(pace, asked);
        expect(at).toBeGreaterThanOrEqual(now);
        expect(readyAt(pace, { ...asked, now: at })).toBe(at);
        now = at;
        pace = taken(pace, now, asked.share);
      }
    }
  });
});
