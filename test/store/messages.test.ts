import { describe, expect, it } from "vitest";
import { toRunId } from "../../src/domain/run.ts";
import { accept, ending, memoryStore, queuedRun, textRow } from "./factories.ts";

const card = { chatId: 7, messageId: 200 };
const content = { text: "interrupted", entities: [] };

describe("messages of runs", () => {
  it("are found by chat and id, each with its role", () => {
    const store = memoryStore();
    accept(store, queuedRun("a"));
    store.linkMessage(card, toRunId("a"), "progress");
    expect(store.findMessage(card)).toEqual({ runId: "a", role: "progress" });
    expect(store.findMessage({ chatId: 8, messageId: 200 })).toBeUndefined();
  });

  it("belong to the latest run that used them", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { promptMessageId: 100 }));
    accept(store, queuedRun("b", { promptMessageId: 100 }));
    expect(store.findMessage({ chatId: 7, messageId: 100 })?.runId).toBe("b");
  });

  it("include the newest progress message of a run", () => {
    const store = memoryStore();
    accept(store, queuedRun("a"));
    expect(store.progressMessage(toRunId("a"))).toBeUndefined();
    store.linkMessage({ chatId: 7, messageId: 210 }, toRunId("a"), "progress");
    store.linkMessage(card, toRunId("a"), "progress");
    expect(store.progressMessage(toRunId("a"))).toEqual({ chatId: 7, messageId: 210 });
  });
});

describe("open cards", () => {
  it("are progress messages of ended runs until they are closed", () => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a", { state: "running" }));
    store.linkMessage(card, run.id, "progress");
    expect(store.openCards()).toEqual([]);
    store.endRun(ending(run, { state: "interrupted" }));
    expect(store.openCards()).toEqual([{ run: store.findRun(run.id), message: card }]);
    store.closeCard(card);
    expect(store.openCards()).toEqual([]);
  });

  it.each(["edit", "delete"] as const)("leave out what a queued %s will put right", (type) => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a", { state: "running" }));
    store.linkMessage(card, run.id, "progress");
    const operation = type === "edit" ? { type, messageId: 200, content } : { type, messageId: 200 };
    store.endRun(ending(run, { outbox: [textRow("answer"), textRow("", { role: "progress", operation })] }));
    expect(store.openCards()).toEqual([]);
    const [answer] = store.nextDeliveries(1_000);
    store.markSent(answer?.id ?? 0);
    const [correction] = store.nextDeliveries(1_000);
    store.markSending(correction?.id ?? 0);
    expect(store.openCards()).toEqual([]);
    store.markFailed(correction?.id ?? 0, "no");
    expect(store.openCards()).toHaveLength(1);
    store.retryFailed(7);
    store.markSent(correction?.id ?? 0);
    expect(store.openCards()).toEqual([]);
  });

  it("are not closed by the same message id in another chat", () => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a", { state: "running" }));
    store.linkMessage(card, run.id, "progress");
    store.endRun(ending(run));
    const id = store.enqueue(textRow("", { thread: { chatId: 8 }, operation: { type: "delete", messageId: 200 } }));
    expect(store.openCards()).toHaveLength(1);
    store.markSent(id);
    expect(store.openCards()).toHaveLength(1);
  });

  it("are not closed by an edit that was sent while the run went on", () => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a", { state: "running" }));
    store.linkMessage(card, run.id, "progress");
    store.markSent(store.enqueue(textRow("", { operation: { type: "edit", messageId: 200, content } })));
    store.endRun(ending(run));
    expect(store.openCards()).toHaveLength(1);
  });
});
