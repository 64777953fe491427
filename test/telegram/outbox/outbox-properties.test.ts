import { describe, expect, it } from "vitest";
import { toRunId } from "../../../src/domain/run.ts";
import { seededRandom } from "../seeded-random.ts";
import { flood, OutboxHarness, type Arrival } from "./harness.ts";

interface Traffic {
  readonly harness: OutboxHarness;
  readonly finals: Map<number, string[]>;
  readonly newestEdit: Map<number, string>;
  readonly settledAt: Map<string, number>;
  readonly results: Promise<string>[];
}

const CHATS = [1, 2, 3, -1, -2];
const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);

/** Some minutes of random calls to a few chats, over a line with random delays; `floods` is the share of calls answered with 429. */
async function randomTraffic(seed: number, floods = 0): Promise<Traffic> {
  const random = seededRandom(seed);
  const harness = new OutboxHarness();
  harness.latency = () => [Math.floor(random() * 300), Math.floor(random() * 300)];
  const traffic: Traffic = { harness, finals: new Map(), newestEdit: new Map(), settledAt: new Map(), results: [] };
  for (let step = 0; step < 150; step += 1) {
    const chatId = CHATS[Math.floor(random() * CHATS.length)] ?? 1;
    addCall(traffic, { chatId, step, dice: random(), flooded: random() < floods });
    await harness.clock.advance(Math.floor(random() * 400));
  }
  await harness.clock.advance(3_600_000);
  await Promise.allSettled(traffic.results);
  return traffic;
}

function addCall(traffic: Traffic, options: { chatId: number; step: number; dice: number; flooded: boolean }): void {
  const { harness, finals, newestEdit, settledAt, results } = traffic;
  const { chatId, step, dice, flooded } = options;
  // A new run in each chat every 30 steps.
  const runId = toRunId(`${chatId}/${Math.floor(step / 30)}`);
  const label = `${runId} #${step}`;
  if (flooded) harness.faults.set(label, [flood(1 + Math.floor(dice * 5))]);
  if (dice < 0.6) {
    if (!settledAt.has(runId)) newestEdit.set(chatId, label);
    results.push(harness.edit(label, { chatId, runId }));
  } else if (dice < 0.75) {
    results.push(harness.call({ label, chatId, runId, urgency: "typing", key: `typing:${chatId}` }));
  } else if (dice < 0.9) {
    results.push(harness.call({ label, chatId }));
  } else {
    finals.set(chatId, [...(finals.get(chatId) ?? []), label]);
    settledAt.set(runId, harness.clock.now());
    results.push(harness.call({ label, chatId, runId, urgency: "final" }));
  }
}

/** The least number of tokens a bucket had that the server fills at `perSecond`. */
function lowestLevel(arrivals: readonly Arrival[], limit: { capacity: number; perSecond: number }): number {
  let level = limit.capacity;
  let last = 0;
  let lowest = level;
  for (const at of arrivals.map(({ arrivedAt }) => arrivedAt).toSorted((a, b) => a - b)) {
    level = Math.min(limit.capacity, level + ((at - last) / 1000) * limit.perSecond) - 1;
    last = at;
    lowest = Math.min(lowest, level);
  }
  return lowest;
}

function mostInSpan(arrivals: readonly Arrival[], spanMs: number): number {
  const times = arrivals.map(({ arrivedAt }) => arrivedAt);
  return Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + spanMs).length), 0);
}

function inChat(traffic: Traffic, chatId: number): readonly Arrival[] {
  return traffic.harness.arrivals.filter((arrival) => arrival.chatId === chatId);
}

describe("random traffic", () => {
  it("never exceeds the server's buckets, whatever the delays on the line", async () => {
    for (const seed of SEEDS) {
      const traffic = await randomTraffic(seed);
      for (const chatId of CHATS.filter((id) => id > 0)) {
        expect(lowestLevel(inChat(traffic, chatId), { capacity: 3, perSecond: 1 })).toBeGreaterThan(-1e-6);
      }
      for (const chatId of CHATS.filter((id) => id < 0)) {
        expect(mostInSpan(inChat(traffic, chatId), 60_000)).toBeLessThanOrEqual(20);
      }
    }
  });

  it("never exceeds thirty calls in any second over two hundred chats", async () => {
    const random = seededRandom(5);
    const harness = new OutboxHarness();
    harness.latency = () => [Math.floor(random() * 100), 20];
    for (let step = 0; step < 1500; step += 1) {
      const chatId = 1 + Math.floor(random() * 200);
      void harness.call({ label: "send", chatId, urgency: random() < 0.2 ? "final" : "normal" });
      await harness.clock.advance(Math.floor(random() * 20));
    }
    await harness.clock.advance(120_000);
    expect(harness.arrivals).toHaveLength(1500);
    expect(mostInSpan(harness.arrivals, 1000)).toBeLessThanOrEqual(30);
  });

  it("loses no final and keeps those of a chat in order, also under 429", async () => {
    for (const seed of SEEDS) {
      const traffic = await randomTraffic(seed, 0.1);
      for (const [chatId, finals] of traffic.finals) {
        const sent = inChat(traffic, chatId).filter(({ urgency }) => urgency === "final");
        // A refused final arrives twice in a row.
        const labels = sent.map(({ label }) => label).filter((label, index, all) => label !== all[index - 1]);
        expect(labels).toEqual(finals);
      }
      expect(traffic.harness.outbox.size).toBe(0);
    }
  });

  it("sends nothing like progress for a run whose final was queued", async () => {
    for (const seed of SEEDS) {
      const traffic = await randomTraffic(seed, 0.1);
      const late = traffic.harness.arrivals.filter(({ urgency, label, startedAt }) => {
        const settledAt = traffic.settledAt.get(label.split(" ")[0] ?? "") ?? Infinity;
        return (urgency === "progress" || urgency === "typing") && startedAt > settledAt;
      });
      expect(late).toEqual([]);
    }
  });

  it("shows edits in the order they were made, and the newest unless its run was settled", async () => {
    for (const seed of SEEDS) {
      const traffic = await randomTraffic(seed, 0.1);
      for (const chatId of CHATS) {
        const steps = inChat(traffic, chatId)
          .filter(({ urgency }) => urgency === "progress")
          .map(({ label }) => Number(label.split("#")[1]));
        expect(steps).toEqual(steps.toSorted((a, b) => a - b));
        const newest = traffic.newestEdit.get(chatId) ?? "";
        const wasSettled = traffic.settledAt.has(newest.split(" ")[0] ?? "");
        if (!wasSettled) expect(traffic.harness.labels(chatId)).toContain(newest);
      }
    }
  });
});
