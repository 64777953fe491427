import { describe, expect, it } from "vitest";
import { sessionKeyOf, toRunId } from "../../src/domain/run.ts";
import { accept, ending, memoryStore, queuedRun } from "./factories.ts";

const ids = (runs: readonly { id: string }[]): readonly string[] => runs.map((run) => run.id);
const sessionKey = sessionKeyOf({ engine: "claude", value: "s1" });

describe("runnable runs", () => {
  it("are the oldest queued run of each session, oldest first", () => {
    const store = memoryStore();
    accept(store, queuedRun("c1", { sessionKey }));
    accept(store, queuedRun("a"));
    accept(store, queuedRun("c2", { sessionKey }));
    expect(ids(store.runnableRuns(1_000))).toEqual(["c1", "a"]);
  });

  it("wait for the running run of their session and for nothing else", () => {
    const store = memoryStore();
    const first = accept(store, queuedRun("c1", { sessionKey, state: "running" }));
    accept(store, queuedRun("c2", { sessionKey }));
    accept(store, queuedRun("c3", { sessionKey }));
    accept(store, queuedRun("other"));
    expect(ids(store.runnableRuns(1_000))).toEqual(["other"]);
    store.endRun(ending(first));
    expect(ids(store.runnableRuns(1_000))).toEqual(["c2", "other"]);
  });

  it("are due, and a younger one never overtakes one that is not", () => {
    const store = memoryStore();
    accept(store, queuedRun("c1", { sessionKey, notBefore: 1_200 }));
    accept(store, queuedRun("c2", { sessionKey, notBefore: 0 }));
    expect(store.runnableRuns(1_199)).toEqual([]);
    expect(ids(store.runnableRuns(1_200))).toEqual(["c1"]);
  });

  it("do not wait behind a held run", () => {
    const store = memoryStore();
    accept(store, queuedRun("c1", { sessionKey, state: "held" }));
    accept(store, queuedRun("c2", { sessionKey }));
    expect(ids(store.runnableRuns(1_000))).toEqual(["c2"]);
    store.releaseRun(toRunId("c1"));
    expect(ids(store.runnableRuns(1_000))).toEqual(["c1"]);
  });
});

describe("looking into the queue", () => {
  it("names the earliest time at which a queued run becomes due", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { notBefore: 900 }));
    accept(store, queuedRun("b", { notBefore: 1_400 }));
    accept(store, queuedRun("c", { notBefore: 1_300 }));
    accept(store, queuedRun("d", { notBefore: 1_100, state: "held" }));
    expect(store.nextDueAt(1_000)).toBe(1_300);
    expect(store.nextDueAt(1_300)).toBe(1_400);
    expect(store.nextDueAt(1_400)).toBeUndefined();
  });

  it("lists runs by state, in one thread or in all of them", () => {
    const store = memoryStore();
    accept(store, queuedRun("a"));
    accept(store, queuedRun("b", { thread: { chatId: 7, topicId: 1 }, state: "running" }));
    accept(store, queuedRun("c", { thread: { chatId: 8 }, state: "held" }));
    expect(ids(store.runsInState(["queued", "running", "held"]))).toEqual(["a", "b", "c"]);
    expect(ids(store.runsInState(["queued", "running"], { chatId: 7 }))).toEqual(["a"]);
    expect(ids(store.runsInState(["queued", "running"], { chatId: 7, topicId: 1 }))).toEqual(["b"]);
    expect(store.runsInState([])).toEqual([]);
  });

  it("finds the youngest paste of a sender that still takes text", () => {
    const store = memoryStore();
    const thread = { chatId: 7, topicId: 3 };
    accept(store, queuedRun("a", { thread, notBefore: 1_500 }));
    accept(store, queuedRun("b", { thread, notBefore: 1_400 }));
    accept(store, queuedRun("c", { thread, notBefore: 1_500, sender: { id: 43, name: "Bob" } }));
    accept(store, queuedRun("d", { thread: { chatId: 7 }, notBefore: 1_500 }));
    expect(store.openPaste(thread, 42, { now: 1_000, dueBy: 2_000 })?.id).toBe("b");
    expect(store.openPaste(thread, 42, { now: 1_400, dueBy: 2_400 })?.id).toBe("a");
    expect(store.openPaste(thread, 42, { now: 1_500, dueBy: 2_500 })).toBeUndefined();
    store.endRun(ending(queuedRun("b"), { state: "cancelled" }));
    expect(store.openPaste(thread, 42, { now: 1_000, dueBy: 2_000 })?.id).toBe("a");
    // What waits for its hour is no paste.
    expect(store.openPaste(thread, 42, { now: 100, dueBy: 1_100 })).toBeUndefined();
  });
});
