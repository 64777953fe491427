import { describe, expect, it } from "vitest";
import { memoryStore, queuedRun } from "./factories.ts";

describe("the inbox", () => {
  it("records an update once, whatever arrives a second time", () => {
    const store = memoryStore();
    expect(store.receiveUpdate({ updateId: 5, payload: "first", receivedAt: 1 })).toBe(true);
    expect(store.receiveUpdate({ updateId: 5, payload: "again", receivedAt: 2 })).toBe(false);
    expect(store.pendingUpdates()).toEqual([{ updateId: 5, payload: "first", receivedAt: 1 }]);
  });

  it("keeps the order of arrival when Telegram starts its ids over", () => {
    const store = memoryStore();
    for (const updateId of [900, 901, 3]) store.receiveUpdate({ updateId, payload: "{}", receivedAt: 1 });
    expect(store.pendingUpdates().map((update) => update.updateId)).toEqual([900, 901, 3]);
  });

  it("does not take a finished update for a new one", () => {
    const store = memoryStore();
    store.receiveUpdate({ updateId: 5, payload: "{}", receivedAt: 1 });
    store.finishUpdate(5);
    expect(store.pendingUpdates()).toEqual([]);
    expect(store.receiveUpdate({ updateId: 5, payload: "{}", receivedAt: 2 })).toBe(false);
    expect(store.acceptRun(queuedRun("a"), 5)).toBe(false);
  });

  it("finishes the update of a run that is accepted", () => {
    const store = memoryStore();
    for (const updateId of [5, 6]) store.receiveUpdate({ updateId, payload: "{}", receivedAt: 1 });
    store.acceptRun(queuedRun("a"), 5);
    expect(store.pendingUpdates().map((update) => update.updateId)).toEqual([6]);
  });
});
