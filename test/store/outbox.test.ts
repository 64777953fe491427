import { describe, expect, it } from "vitest";
import type { Button } from "../../src/bridge/chat-port.ts";
import type { DurableOperation } from "../../src/bridge/durable-operation.ts";
import type { NewOutboxRow } from "../../src/bridge/store-port.ts";
import type { TextEntity } from "../../src/domain/message-text.ts";
import { toRunId } from "../../src/domain/run.ts";
import { accept, dueTexts, memoryStore, queuedRun, textRow } from "./factories.ts";

const entity: Required<TextEntity> = { type: "pre", offset: 0, length: 2, url: "https://example.org", language: "ts" };
const button: Required<Button> = { label: "Resume", data: "resume:a", style: "success" };
const content = { text: "😀", entities: [entity] };
const keyboard = [[button], []];
type Complete<T> = T extends DurableOperation ? Required<T> : never;
const operations: readonly Complete<DurableOperation>[] = [
  { type: "send", content, replyTo: 100, silent: true, keyboard, urgency: "final" },
  { type: "document", fileName: "answer.md", text: "# 42", caption: content, replyTo: 100, silent: false },
  { type: "edit", messageId: 5, content, keyboard, mustShow: true },
  { type: "delete", messageId: 5 },
];

describe("the outbox", () => {
  it.each(operations)("gives back a complete $type as it went in", (operation) => {
    const store = memoryStore({ now: 1_234 });
    accept(store, queuedRun("a"));
    const row: Required<NewOutboxRow> = {
      thread: { chatId: -100777, topicId: 4 },
      runId: toRunId("a"),
      role: "final",
      operation,
      decision: "k".repeat(12),
    };
    const id = store.enqueue(row);
    expect(store.nextDeliveries(1_234)).toEqual([
      { ...row, id, state: "queued", attempts: 0, uncertain: false, createdAt: 1_234 },
    ]);
  });

  it("gives the oldest unsent row of each chat", () => {
    const store = memoryStore();
    const first = store.enqueue(textRow("1a"));
    const other = store.enqueue(textRow("2a", { thread: { chatId: 8 } }));
    store.enqueue(textRow("1b", { thread: { chatId: 7, topicId: 3 } }));
    expect(dueTexts(store)).toEqual(["1a", "2a"]);
    store.markSent(first);
    store.markSent(other);
    expect(dueTexts(store)).toEqual(["1b"]);
  });

  it("tidies up old messages beside sending new ones", () => {
    const store = memoryStore();
    store.enqueue(textRow("tidy", { operation: { type: "delete", messageId: 5 } }));
    store.enqueue(textRow("news"));
    expect(store.nextDeliveries(1_000).map((row) => row.operation.type)).toEqual(["delete", "send"]);
  });

  it("takes a run's progress message away only after its messages are sent", () => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a"));
    store.enqueue(textRow("tidy", { runId: run.id, operation: { type: "delete", messageId: 5 } }));
    const final = store.enqueue(textRow("final", { runId: run.id }));
    expect(store.nextDeliveries(1_000).map((row) => row.operation.type)).toEqual(["send"]);
    store.markSending(final);
    expect(store.nextDeliveries(1_000)).toEqual([]);
    store.markSent(final);
    expect(store.nextDeliveries(1_000).map((row) => row.operation.type)).toEqual(["delete"]);
  });

  it("holds a chat back while its oldest row is on its way", () => {
    const store = memoryStore();
    const first = store.enqueue(textRow("1a"));
    store.enqueue(textRow("1b"));
    store.markSending(first);
    expect(dueTexts(store)).toEqual([]);
  });

  it("holds a chat, and only that chat, back until its postponed oldest row is due", () => {
    const store = memoryStore();
    const first = store.enqueue(textRow("1a"));
    store.enqueue(textRow("1b"));
    store.enqueue(textRow("2a", { thread: { chatId: 8 } }));
    store.postpone(first, { notBefore: 5_000, uncertain: false, error: "429" });
    expect(dueTexts(store, 4_999)).toEqual(["2a"]);
    expect(dueTexts(store, 5_000)).toEqual(["1a", "2a"]);
  });

  it("does not wait for a row that was given up", () => {
    const store = memoryStore();
    const first = store.enqueue(textRow("1a"));
    store.enqueue(textRow("1b"));
    store.markFailed(first, "bad content");
    expect(dueTexts(store)).toEqual(["1b"]);
  });

  it("names the time at which the next chat can go on", () => {
    const store = memoryStore();
    expect(store.nextDeliveryAt(1_000)).toBeUndefined();
    const first = store.enqueue(textRow("1a"));
    const behind = store.enqueue(textRow("1b"));
    const other = store.enqueue(textRow("2a", { thread: { chatId: 8 } }));
    expect(store.nextDeliveryAt(1_000)).toBeUndefined();
    store.postpone(first, { notBefore: 5_000, uncertain: false, error: "429" });
    store.postpone(behind, { notBefore: 2_000, uncertain: false, error: "429" });
    store.postpone(other, { notBefore: 6_000, uncertain: false, error: "429" });
    expect(store.nextDeliveryAt(1_000)).toBe(5_000);
    expect(store.nextDeliveryAt(5_000)).toBe(6_000);
  });
});
