import { describe, expect, it } from "vitest";
import { memoryStore } from "./factories.ts";

const claude = { engine: "claude", value: "s1" };
const codex = { engine: "codex", value: "s2" };

describe("remembered sessions", () => {
  it("are kept per owner and engine, the latest one wins", () => {
    const store = memoryStore();
    const owner = { thread: { chatId: 7 } };
    store.rememberSession(owner, { engine: "claude", value: "old" });
    store.rememberSession(owner, claude);
    store.rememberSession(owner, codex);
    expect(store.recallSession(owner, "claude")).toEqual(claude);
    expect(store.recallSession(owner, "codex")).toEqual(codex);
    expect(store.recallSession(owner, "pi")).toBeUndefined();
  });

  it("differ by topic and by sender", () => {
    const store = memoryStore();
    store.rememberSession({ thread: { chatId: 7, topicId: 1 }, senderId: 42 }, claude);
    expect(store.recallSession({ thread: { chatId: 7, topicId: 1 } }, "claude")).toBeUndefined();
    expect(store.recallSession({ thread: { chatId: 7 }, senderId: 42 }, "claude")).toBeUndefined();
    expect(store.recallSession({ thread: { chatId: 7, topicId: 1 }, senderId: 43 }, "claude")).toBeUndefined();
  });

  it("are forgotten for one owner, and counted", () => {
    const store = memoryStore();
    const owner = { thread: { chatId: 7 }, senderId: 42 };
    const other = { thread: { chatId: 7 }, senderId: 43 };
    store.rememberSession(owner, claude);
    store.rememberSession(owner, codex);
    store.rememberSession(other, claude);
    expect(store.forgetSessions(owner)).toBe(2);
    expect(store.forgetSessions(owner)).toBe(0);
    expect(store.recallSession(owner, "claude")).toBeUndefined();
    expect(store.recallSession(other, "claude")).toEqual(claude);
  });
});
