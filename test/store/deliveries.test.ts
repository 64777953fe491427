import { describe, expect, it } from "vitest";
import { toRunId } from "../../src/domain/run.ts";
import { accept, dueTexts, memoryStore, queuedRun, textRow } from "./factories.ts";

describe("deliveries", () => {
  it("record the message as one of the run, so that a reply to it finds the run", () => {
    const store = memoryStore();
    accept(store, queuedRun("a"));
    const id = store.enqueue(textRow("answer", { runId: toRunId("a"), role: "final" }));
    store.markSending(id);
    store.markSent(id, { chatId: 7, messageId: 300 });
    expect(store.findMessage({ chatId: 7, messageId: 300 })).toEqual({ runId: "a", role: "final" });
    expect(dueTexts(store)).toEqual([]);
  });

  it("need no run and no message", () => {
    const store = memoryStore();
    store.markSent(store.enqueue(textRow("hello")), { chatId: 7, messageId: 300 });
    store.markSent(store.enqueue(textRow("hello")));
    expect(store.findMessage({ chatId: 7, messageId: 300 })).toBeUndefined();
    expect(store.nextDeliveries(1_000)).toEqual([]);
  });

  it("count attempts and remember that one may have been visible", () => {
    const store = memoryStore();
    const id = store.enqueue(textRow("1a"));
    store.markSending(id);
    store.postpone(id, { notBefore: 0, uncertain: true, error: "no answer" });
    store.markSending(id);
    store.postpone(id, { notBefore: 0, uncertain: false, error: "502" });
    expect(store.nextDeliveries(1_000)).toMatchObject([{ attempts: 2, uncertain: true, state: "queued" }]);
  });

  it("that were on their way when the program died are queued again as uncertain", () => {
    const store = memoryStore();
    const first = store.enqueue(textRow("1a"));
    store.enqueue(textRow("2a", { thread: { chatId: 8 } }));
    store.markSending(first);
    expect(store.resolveSending()).toBe(1);
    expect(store.resolveSending()).toBe(0);
    expect(store.nextDeliveries(1_000)).toMatchObject([{ uncertain: true }, { uncertain: false }]);
  });

  it("given up are tried again in their old order, for one chat", () => {
    const store = memoryStore();
    const rows = ["1a", "1b"].map((text) => store.enqueue(textRow(text)));
    const other = store.enqueue(textRow("2a", { thread: { chatId: 8 } }));
    for (const id of [...rows, other]) {
      store.markSending(id);
      store.markFailed(id, "blocked");
    }
    store.enqueue(textRow("1c"));
    expect(dueTexts(store)).toEqual(["1c"]);
    expect(store.retryFailed(7)).toBe(2);
    expect(store.nextDeliveries(1_000)).toMatchObject([{ id: rows[0], attempts: 0 }]);
  });

  it("stay sent, whatever is reported later", () => {
    const store = memoryStore();
    const id = store.enqueue(textRow("1a"));
    store.markSent(id);
    store.markSending(id);
    store.postpone(id, { notBefore: 0, uncertain: true, error: "late" });
    store.markFailed(id, "late");
    expect(store.retryFailed(7)).toBe(0);
    expect(store.resolveSending()).toBe(0);
    expect(store.nextDeliveries(1_000)).toEqual([]);
  });
});
