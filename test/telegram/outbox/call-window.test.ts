import { describe, expect, it } from "vitest";
import { CallWindow } from "../../../src/telegram/outbox/call-window.ts";
import { seededRandom } from "../seeded-random.ts";

describe("a call window", () => {
  it("gives a place back a span after a call has ended", () => {
    const window = new CallWindow({ calls: 2, spanMs: 1000 });
    window.start();
    window.start();
    expect(window.readyAt(0, 0)).toBe(Infinity);
    window.end(300);
    expect(window.readyAt(400, 0)).toBe(1300);
    expect(window.readyAt(1300, 0)).toBe(1300);
  });

  it("keeps places free for more urgent calls", () => {
    const window = new CallWindow({ calls: 3, spanMs: 1000 });
    window.start();
    window.end(0);
    expect(window.readyAt(1, 1)).toBe(1);
    expect(window.readyAt(1, 2)).toBe(1000);
  });

  it("never lets more arrive in any span than it allows, however long calls take and the program stalls", () => {
    const random = seededRandom(7);
    const window = new CallWindow({ calls: 5, spanMs: 1000 });
    const arrivals: number[] = [];
    const ends: number[] = [];
    for (let now = 0; now < 60_000; now += Math.floor(random() * (random() < 0.05 ? 900 : 30))) {
      for (const end of ends.splice(0).toSorted((a, b) => a - b)) {
        if (end <= now) window.end(now);
        else ends.push(end);
      }
      while (window.readyAt(now, 0) <= now) {
        window.start();
        const takes = Math.floor(random() * 400);
        arrivals.push(now + Math.floor(random() * takes));
        ends.push(now + takes);
      }
    }
    const most = Math.max(...arrivals.map((at) => arrivals.filter((other) => other >= at && other < at + 1000).length));
    expect(arrivals.length).toBeGreaterThan(100);
    expect(most).toBe(5);
  });
});
