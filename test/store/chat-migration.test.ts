import { describe, expect, it } from "vitest";
import { toRunId } from "../../src/domain/run.ts";
import { accept, memoryStore, queuedRun, textRow } from "./factories.ts";

const group = { chatId: -7 };
const supergroup = { chatId: -100_7 };
const claude = { engine: "claude", value: "old" };

describe("a group that became a supergroup", () => {
  it("takes its runs, messages, sessions, queue and users along", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { thread: group }));
    accept(store, queuedRun("other"));
    store.rememberSession({ thread: group, senderId: 42 }, claude);
    store.enqueue(textRow("hello", { thread: group }));
    store.openPairing("h", 2_000);
    store.tryPairing("h", { userId: 42, chatId: -7, name: "Ada", pairedAt: 1 });
    store.migrateChat(-7, -1007);
    expect(store.findRun(toRunId("a"))?.thread).toEqual(supergroup);
    expect(store.findMessage({ chatId: -1007, messageId: 100 })?.runId).toBe("a");
    expect(store.findMessage({ chatId: -7, messageId: 100 })).toBeUndefined();
    expect(store.recallSession({ thread: supergroup, senderId: 42 }, "claude")).toEqual(claude);
    expect(store.recallSession({ thread: group, senderId: 42 }, "claude")).toBeUndefined();
    expect(store.nextDeliveries(1_000)).toMatchObject([{ thread: supergroup }]);
    expect(store.pairedUsers()).toMatchObject([{ chatId: -1007 }]);
    expect(store.findRun(toRunId("other"))?.thread).toEqual({ chatId: 7 });
  });

  it("leaves its progress messages behind, which can't be changed any more", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { thread: group }));
    store.linkMessage({ chatId: -7, messageId: 101 }, toRunId("a"), "progress");
    store.migrateChat(-7, -7);
    expect(store.progressMessage(toRunId("a"))).toEqual({ chatId: -7, messageId: 101 });
    store.migrateChat(-7, -1007);
    expect(store.progressMessage(toRunId("a"))).toBeUndefined();
    store.linkMessage({ chatId: -1007, messageId: 3 }, toRunId("a"), "progress");
    store.migrateChat(-7, -1007);
    expect(store.progressMessage(toRunId("a"))).toEqual({ chatId: -1007, messageId: 3 });
  });

  it("keeps what it has itself, which is newer", () => {
    const store = memoryStore();
    accept(store, queuedRun("old", { thread: group, promptMessageId: 5 }));
    accept(store, queuedRun("new", { thread: supergroup, promptMessageId: 5 }));
    store.rememberSession({ thread: group }, claude);
    store.rememberSession({ thread: supergroup }, { engine: "claude", value: "new" });
    store.migrateChat(-7, -1007);
    expect(store.findMessage({ chatId: -1007, messageId: 5 })?.runId).toBe("new");
    expect(store.recallSession({ thread: supergroup }, "claude")?.value).toBe("new");
    expect(store.recallSession({ thread: group }, "claude")).toBeUndefined();
  });

  it("loses nothing when the move is reported twice or to itself", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { thread: group }));
    store.migrateChat(-7, -7);
    store.migrateChat(-7, -1007);
    store.migrateChat(-7, -1007);
    expect(store.findMessage({ chatId: -1007, messageId: 100 })?.runId).toBe("a");
  });
});
