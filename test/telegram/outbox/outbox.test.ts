import { describe, expect, it } from "vitest";
import { toRunId } from "../../../src/domain/run.ts";
import { settled } from "../fake-clock.ts";
import { OutboxHarness, outcomeOf, RUN } from "./harness.ts";

describe("order within a chat", () => {
  it("is finals and decisions, then sends, then deletions, then progress, then typing", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [5, 5];
    const ignore = [harness.call({ label: "first" })];
    ignore.push(harness.call({ label: "typing", urgency: "typing" }));
    ignore.push(harness.edit("progress"));
    ignore.push(harness.call({ label: "send 1" }));
    ignore.push(harness.call({ label: "deletion", urgency: "deletion" }));
    ignore.push(harness.call({ label: "send 2" }));
    ignore.push(harness.call({ label: "final", urgency: "final" }));
    ignore.push(harness.call({ label: "decision", urgency: "decision" }));
    await harness.clock.advance(60_000);
    await Promise.all(ignore);
    const expected = ["first", "final", "decision", "send 1", "send 2", "deletion", "progress", "typing"];
    expect(harness.labels()).toEqual(expected);
  });

  it("has one call in flight per chat, while other chats go on", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [100, 100];
    const calls = [harness.call({ label: "a" }), harness.call({ label: "b" }), harness.call({ label: "c", chatId: 2 })];
    await settled();
    expect(harness.labels()).toEqual(["a", "c"]);
    await harness.clock.advance(200);
    expect(harness.labels()).toEqual(["a", "c", "b"]);
    await harness.clock.advance(200);
    expect(await Promise.all(calls)).toEqual(["a", "b", "c"]);
  });
});

describe("calls with the same key", () => {
  it("replace each other in their place, and all callers get the newest result", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    const first = harness.edit("edit 0");
    const replaced = harness.edit("edit 1");
    const other = harness.edit("other message", { key: "edit:other" });
    const newest = harness.edit("edit 2");
    await harness.clock.advance(10_000);
    expect(harness.labels()).toEqual(["edit 0", "edit 2", "other message"]);
    expect(await Promise.all([first, replaced, newest, other])).toEqual([
      "edit 0",
      "edit 2",
      "edit 2",
      "other message",
    ]);
  });

  it("keep the urgency of a more urgent caller who still waits", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    const calls = [harness.call({ label: "in flight" })];
    calls.push(harness.edit("ending", { urgency: "decision" }), harness.call({ label: "send" }), harness.edit("late"));
    await harness.clock.advance(5_000);
    await Promise.all(calls);
    expect(harness.labels()).toEqual(["in flight", "late", "send"]);
  });
});

describe("a final after sixty edits in three seconds", () => {
  it("goes out at once, and nothing of its run follows", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    const edits: Promise<string>[] = [];
    for (let index = 0; index < 60; index += 1) {
      edits.push(harness.edit(`edit ${index}`));
      await harness.clock.advance(50);
    }
    const final = harness.call({ label: "final", urgency: "final", runId: RUN });
    edits.push(harness.edit("too late"));
    const typing = harness.call({ label: "typing too late", urgency: "typing", runId: RUN });
    await harness.clock.advance(60_000);
    expect(await final).toBe("final");
    expect(await outcomeOf(typing)).toMatch(/settled/);
    expect(harness.labels().length).toBeLessThanOrEqual(4);
    expect(harness.labels().at(-1)).toBe("final");
    const sentAt = harness.arrivals.at(-1)?.startedAt ?? 0;
    expect(sentAt - 1_000_000).toBe(3000);
    await Promise.allSettled(edits);
    expect(harness.outbox.size).toBe(0);
  });
});

describe("settleRun", () => {
  it("drops a receipt that has not gone out yet, but no other message of the run", async () => {
    const harness = new OutboxHarness();
    for (let index = 0; index < 3; index += 1) void harness.call({ label: `earlier ${index}` });
    const receipt = harness.call({ label: "receipt", urgency: "receipt", runId: RUN });
    const notice = harness.call({ label: "notice", runId: RUN });
    harness.outbox.settleRun(RUN);
    await harness.clock.advance(60_000);
    expect(await outcomeOf(receipt)).toMatch(/settled/);
    expect(await notice).toBe("notice");
    expect(harness.labels()).not.toContain("receipt");
  });

  it("drops progress and typing of that run only, now and later", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    const inFlight = harness.call({ label: "in flight" });
    const dropped = [harness.edit("edit"), harness.call({ label: "typing", urgency: "typing", runId: RUN })];
    const other = harness.edit("other run", { key: "edit:other", runId: toRunId("000000000002") });
    harness.outbox.settleRun(RUN);
    dropped.push(harness.edit("later edit"));
    const closing = harness.edit("closing edit", { urgency: "normal" });
    await harness.clock.advance(10_000);
    for (const call of dropped) expect(await outcomeOf(call)).toBe("CallDropped: sendMessage was not called: settled");
    expect(await Promise.all([inFlight, other, closing])).toEqual(["in flight", "other run", "closing edit"]);
  });
});

describe("pacing", () => {
  it("leaves a private chat's last token to sends", async () => {
    const harness = new OutboxHarness();
    const deletions = ["d1", "d2", "d3"].map((label) => harness.call({ label, urgency: "deletion" }));
    await settled();
    expect(harness.labels()).toEqual(["d1", "d2"]);
    const final = harness.call({ label: "final", urgency: "final" });
    await settled();
    expect(harness.labels()).toEqual(["d1", "d2", "final"]);
    await harness.clock.advance(10_000);
    await Promise.all([...deletions, final]);
  });

  it("holds a group to the pace of any chat, too: three at once, then one a second", async () => {
    const harness = new OutboxHarness();
    const finals = ["f1", "f2", "f3", "f4", "f5"].map((label) => harness.call({ label, chatId: -1, urgency: "final" }));
    await settled();
    expect(harness.labels()).toEqual(["f1", "f2", "f3"]);
    await harness.clock.advance(1000);
    expect(harness.labels()).toEqual(["f1", "f2", "f3", "f4"]);
    await harness.clock.advance(1000);
    await Promise.all(finals);
  });

  it("leaves two of a group's twenty places to sends", async () => {
    const harness = new OutboxHarness();
    const deletions = Array.from({ length: 20 }, (_, i) =>
      harness.call({ label: `d${i}`, chatId: -1, urgency: "deletion" }),
    );
    await harness.clock.advance(25_000);
    expect(harness.arrivals).toHaveLength(18);
    const finals = ["f1", "f2", "f3"].map((label) => harness.call({ label, chatId: -1, urgency: "final" }));
    await harness.clock.advance(1000);
    expect(harness.labels().slice(18)).toEqual(["f1", "f2"]);
    await harness.clock.advance(60_000);
    await Promise.all([...deletions, ...finals]);
  });

  it("spaces progress edits: 1.5 s in a private chat, 4 s in a group", async () => {
    for (const [chatId, gapMs] of [
      [1, 1500],
      [-1, 4000],
    ] as const) {
      const harness = new OutboxHarness();
      for (let index = 0; index < 200; index += 1) {
        void harness.edit(`edit ${index}`, { chatId });
        await harness.clock.advance(100);
      }
      const starts = harness.arrivals.map((arrival) => arrival.startedAt);
      const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
      expect(new Set(gaps)).toEqual(new Set([gapMs]));
    }
  });

  it("lets a final of a quiet chat pass fifty busy chats at once", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [20, 20];
    for (let round = 0; round < 30; round += 1) {
      for (let chatId = 1; chatId <= 50; chatId += 1)
        void harness.edit(`edit ${round}`, { chatId, runId: toRunId("busy") });
      await harness.clock.advance(100);
    }
    const queuedAt = harness.clock.now();
    for (let index = 0; index < 5; index += 1)
      void harness.call({ label: "final", urgency: "final", chatId: 101 + index });
    await settled();
    const finals = harness.arrivals.filter(({ label }) => label === "final");
    expect(finals.map(({ startedAt }) => startedAt - queuedAt)).toEqual([0, 0, 0, 0, 0]);
    const busy = harness.arrivals.filter(({ urgency }) => urgency === "progress");
    expect(busy.length).toBeGreaterThan(55);
  });
});

describe("failures", () => {
  it("reach the caller, and the next call goes on", async () => {
    const harness = new OutboxHarness();
    harness.faults.set("bad", [new Error("no rights")]);
    const bad = harness.call({ label: "bad" });
    const good = harness.call({ label: "good" });
    await expect(bad).rejects.toThrow("no rights");
    expect(await good).toBe("good");
  });

  it("are repeated after the pause the call asks for, without holding up the chat", async () => {
    const harness = new OutboxHarness();
    harness.faults.set("edit", [new Error("reset"), new Error("reset")]);
    const edit = harness.edit("edit", { urgency: "normal", retryIn: () => 800 });
    const send = harness.call({ label: "send" });
    await harness.clock.advance(799);
    expect(harness.labels()).toEqual(["edit", "send"]);
    await harness.clock.advance(10_000);
    expect(harness.labels()).toEqual(["edit", "send", "edit", "edit"]);
    expect(await Promise.all([edit, send])).toEqual(["edit", "send"]);
  });

  it("of an old edit make room for the newer one that waits", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [10, 10];
    harness.faults.set("old", [new Error("reset")]);
    const old = harness.edit("old", { retryIn: () => 1000 });
    const newer = harness.edit("newer");
    await harness.clock.advance(10_000);
    expect(harness.labels()).toEqual(["old", "newer"]);
    expect(await Promise.all([old, newer])).toEqual(["newer", "newer"]);
  });
});

describe("stopping", () => {
  it("drops what waits, lets the call in flight end, and takes no more", async () => {
    const harness = new OutboxHarness();
    harness.latency = () => [100, 100];
    const inFlight = harness.call({ label: "in flight" });
    const waiting = harness.call({ label: "waiting" });
    const stopped = harness.outbox.stop();
    expect(await outcomeOf(waiting)).toMatch(/stopped/);
    expect(await outcomeOf(stopped)).toBe("pending");
    expect(await outcomeOf(harness.call({ label: "late" }))).toMatch(/stopped/);
    await harness.clock.advance(200);
    expect(await inFlight).toBe("in flight");
    await stopped;
    expect(harness.clock.pending).toEqual([]);
  });

  it("aborts a call that hangs longer than the grace", async () => {
    const harness = new OutboxHarness();
    const perform = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    const hanging = harness.outbox.call({ method: "sendMessage", chatId: 1, group: false, urgency: "final", perform });
    const outcome = expect(hanging).rejects.toThrow("aborted");
    const stopped = harness.outbox.stop(3000);
    await harness.clock.advance(3000);
    await stopped;
    await outcome;
  });

  it("tells when everything is out", async () => {
    const harness = new OutboxHarness();
    await harness.outbox.idle();
    const calls = ["a", "b", "c", "d", "e"].map((label) => harness.call({ label }));
    const idle = harness.outbox.idle();
    await harness.clock.advance(1000);
    expect(await outcomeOf(idle)).toBe("pending");
    await harness.clock.advance(1000);
    await idle;
    expect(await Promise.all(calls)).toHaveLength(5);
  });
});
