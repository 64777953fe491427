import { describe, expect, it } from "vitest";
import { settled } from "../fake-clock.ts";
import { flood, OutboxHarness, outcomeOf, RUN } from "./harness.ts";

const START = 1_000_000;

describe("a 429", () => {
  it("blocks its chat until retry_after and a margin, then the call goes out again in front", async () => {
    const harness = new OutboxHarness();
    harness.faults.set("send", [flood(7)]);
    const send = harness.call({ label: "send" });
    await settled();
    const later = harness.call({ label: "later" });
    await harness.clock.advance(7249);
    expect(harness.labels()).toEqual(["send"]);
    await harness.clock.advance(1);
    expect(harness.labels()).toEqual(["send", "send"]);
    expect(await send).toBe("send");
    await harness.clock.advance(3000);
    expect(await later).toBe("later");
  });

  it("leaves other chats untouched", async () => {
    const harness = new OutboxHarness();
    harness.faults.set("blocked", [flood(30)]);
    const blocked = harness.call({ label: "blocked" });
    await settled();
    const free = ["a", "b", "c"].map((label) => harness.call({ label, chatId: 2 }));
    expect(await Promise.all(free)).toEqual(["a", "b", "c"]);
    expect(await outcomeOf(blocked)).toBe("pending");
    await harness.clock.advance(30_250);
    expect(await blocked).toBe("blocked");
  });

  it("lets a final that arrives meanwhile go first when it ends", async () => {
    const harness = new OutboxHarness();
    harness.faults.set("edit", [flood(10)]);
    const edit = harness.edit("edit", { runId: RUN });
    await harness.clock.advance(100);
    const notice = harness.call({ label: "notice" });
    const final = harness.call({ label: "final", urgency: "final", runId: RUN });
    await harness.clock.advance(60_000);
    expect(harness.labels()).toEqual(["edit", "final", "notice"]);
    expect(harness.arrivals[1]?.startedAt).toBe(START + 10_250);
    expect(await Promise.all([final, notice])).toEqual(["final", "notice"]);
    expect(await outcomeOf(edit)).toMatch(/settled/);
  });

  it("drops a refused edit for a newer one with its key", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    harness.faults.set("old", [flood(5)]);
    const old = harness.edit("old");
    const newer = harness.edit("newer");
    await harness.clock.advance(30_000);
    expect(harness.labels()).toEqual(["old", "newer"]);
    expect(await Promise.all([old, newer])).toEqual(["newer", "newer"]);
  });

  it("drops typing: the refused one, a waiting one, and one that comes while the chat is blocked", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    harness.faults.set("send", [flood(5)]);
    const send = harness.call({ label: "send" });
    const waiting = harness.call({ label: "waiting", urgency: "typing" });
    await harness.clock.advance(100);
    const late = harness.call({ label: "late", urgency: "typing" });
    harness.faults.set("typing", [flood(5)]);
    const refused = harness.call({ label: "typing", urgency: "typing", chatId: -2 });
    await harness.clock.advance(30_000);
    for (const call of [waiting, late, refused]) expect(await outcomeOf(call)).toMatch(/blocked/);
    expect(await send).toBe("send");
  });

  it("halves the chat's rate for a minute", async () => {
    const harness = new OutboxHarness();
    harness.faults.set("send", [flood(1)]);
    const send = harness.call({ label: "send" });
    await harness.clock.advance(1250);
    await send;
    const more = Array.from({ length: 60 }, (_, index) => harness.call({ label: `${index}` }));
    await harness.clock.advance(120_000);
    await Promise.all(more);
    const starts = harness.arrivals.slice(1).map(({ startedAt }) => startedAt - START - 1250);
    const inFirstMinute = starts.filter((at) => at < 60_000).length;
    const inNextTen = starts.filter((at) => at >= 60_000 && at < 70_000).length;
    expect(inFirstMinute).toBe(30);
    expect(inNextTen).toBeGreaterThanOrEqual(10);
  });

  it.each([
    { a: 20, b: 8, allWaitMs: 8250 },
    { a: 8, b: 20, allWaitMs: 6250 },
  ])("in two chats within five seconds makes all wait, until the earlier one ends: %o", async ({ a, b, allWaitMs }) => {
    const harness = new OutboxHarness();
    harness.faults.set("a", [flood(a)]).set("b", [flood(b)]);
    const calls = [harness.call({ label: "a", chatId: 1 })];
    await harness.clock.advance(2000);
    calls.push(harness.call({ label: "b", chatId: 2 }));
    await settled();
    calls.push(harness.call({ label: "c", chatId: 3 }));
    await harness.clock.advance(allWaitMs - 1);
    expect(harness.labels()).toEqual(["a", "b"]);
    await harness.clock.advance(1);
    expect(harness.labels(3)).toEqual(["c"]);
    await harness.clock.advance(30_000);
    expect(await Promise.all(calls)).toEqual(["a", "b", "c"]);
    expect(harness.log.messages("warn")).toContain("too many requests in two chats, all wait");
  });

  it("in two chats more than five seconds apart makes only them wait", async () => {
    const harness = new OutboxHarness();
    harness.faults.set("a", [flood(20)]).set("b", [flood(20)]);
    const calls = [harness.call({ label: "a", chatId: 1 })];
    await harness.clock.advance(5001);
    calls.push(harness.call({ label: "b", chatId: 2 }));
    await settled();
    expect(await harness.call({ label: "c", chatId: 3 })).toBe("c");
    await harness.clock.advance(30_000);
    await Promise.all(calls);
  });

  it("during shutdown ends its call instead of waiting", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    harness.faults.set("send", [flood(300)]);
    const send = harness.call({ label: "send" });
    const stopped = harness.outbox.stop();
    await harness.clock.advance(20);
    await stopped;
    expect(await outcomeOf(send)).toMatch(/stopped/);
  });
});
