import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Offer, OfferRow } from "../../src/bridge/choices/choice-store.ts";
import { toRunId } from "../../src/domain/run.ts";
import { openStore } from "../../src/store/open-store.ts";
import { accept, memoryStore, queuedRun, tempDir } from "./factories.ts";

const thread = { chatId: 7 };
const topic = { chatId: 7, topicId: 3 };

function offered(id: string, offer: Offer, more: Partial<OfferRow> = {}): Omit<OfferRow, "isTaken"> {
  return { id, thread, offer, madeAt: 1_000, ...more };
}

const OFFERS: readonly Offer[] = [
  { kind: "preference", name: "engine", value: "codex" },
  { kind: "preference", name: "model:claude" },
  {
    kind: "session",
    token: { engine: "codex", value: "s1" },
    title: "“quoted” title",
    context: { project: "web", branch: "main" },
    cwd: "/web",
    isOpen: true,
    prompt: "go on",
  },
  { kind: "session", token: { engine: "codex", value: "s1" }, title: "", context: {}, cwd: "/", isOpen: false },
  { kind: "prompt", runId: toRunId("a"), prompt: "yes", endsPlan: true },
  { kind: "prompt", runId: toRunId("a"), prompt: "" },
];

describe("offers behind buttons", () => {
  it.each(OFFERS)("come back as they were made: %j", (offer) => {
    const store = memoryStore();
    store.makeOffers([offered("k1", offer, { thread: topic })]);
    expect(store.findOffer("k1")).toEqual({ id: "k1", thread: topic, offer, madeAt: 1_000, isTaken: false });
    expect(store.findOffer("k2")).toBeUndefined();
  });

  it("are made all or none", () => {
    const store = memoryStore();
    const [offer] = OFFERS;
    if (offer === undefined) throw new Error("there are offers");
    store.makeOffers([offered("k1", offer)]);
    expect(() => store.makeOffers([offered("k2", offer), offered("k1", offer)])).toThrow();
    expect(store.findOffer("k2")).toBeUndefined();
  });

  it("that were taken stay so, also for the next start, and leave the others alone", () => {
    const path = join(tempDir(), "takopi.db");
    const before = openStore({ path, now: () => 1_000 });
    before.makeOffers(OFFERS.map((offer, index) => offered(`k${index}`, offer)));
    before.takeOffer("k1");
    before.close();
    const store = openStore({ path, now: () => 1_000 });
    expect(OFFERS.map((_, index) => store.findOffer(`k${index}`)?.isTaken)).toEqual(
      OFFERS.map((_, index) => index === 1),
    );
    store.close();
  });
});

describe("preferences", () => {
  it("belong to one thread and one name, the last one counts, and can be forgotten", () => {
    const store = memoryStore();
    store.setPreference(thread, "engine", "claude");
    store.setPreference(thread, "engine", "codex");
    store.setPreference(topic, "engine", "pi");
    store.setPreference(thread, "model:codex", "gpt-5");
    store.setPreference(thread, "model:codex:mini", "other");
    expect(store.preference(thread, "engine")).toBe("codex");
    expect(store.preference(topic, "engine")).toBe("pi");
    expect(store.preference(thread, "model:codex")).toBe("gpt-5");
    expect(store.preference(topic, "model:codex")).toBeUndefined();
    expect(store.preference({ chatId: 8 }, "engine")).toBeUndefined();
    store.setPreference(thread, "engine");
    store.setPreference(thread, "effort:codex");
    expect(store.preference(thread, "engine")).toBeUndefined();
    expect(store.preference(topic, "engine")).toBe("pi");
    expect(store.preference(thread, "model:codex")).toBe("gpt-5");
  });
});

describe("models that runs were asked for", () => {
  it("are those of the engine, each once, the latest first, at most five", () => {
    const store = memoryStore();
    const models = ["one", "two", "one", "three", undefined, "four", "five", "six"];
    for (const [index, model] of models.entries()) {
      accept(store, queuedRun(`r${index}`, { options: model === undefined ? { effort: "high" } : { model } }));
    }
    accept(store, queuedRun("other", { engine: "codex", options: { model: "gpt" } }));
    expect(store.recentModels("claude")).toEqual(["six", "five", "four", "three", "one"]);
    expect(store.recentModels("codex")).toEqual(["gpt"]);
    expect(store.recentModels("pi")).toEqual([]);
  });
});

describe("a group that became a supergroup", () => {
  it("takes its decisions, offers and preferences along, and keeps what it has itself", () => {
    const store = memoryStore();
    const group = { chatId: -7 };
    const supergroup = { chatId: -1_007 };
    accept(store, queuedRun("a", { thread: group, state: "running" }));
    const plan = { kind: "plan", id: "p", markdown: "x" } as const;
    const operation = {
      type: "send",
      content: { text: "x", entities: [] },
      silent: false,
      urgency: "decision",
    } as const;
    store.openDecision({
      key: "k1",
      runId: toRunId("a"),
      thread: group,
      request: plan,
      askedAt: 1,
      messages: [operation],
    });
    const [row] = store.nextDeliveries(1_000);
    store.markSent(row?.id ?? 0, { chatId: -7, messageId: 5 });
    store.makeOffers([offered("k2", { kind: "preference", name: "engine" }, { thread: { ...group, topicId: 3 } })]);
    store.setPreference(group, "engine", "old");
    store.setPreference(supergroup, "engine", "new");
    store.setPreference(group, "effort:old", "high");
    store.setPreference({ ...group, topicId: 3 }, "engine", "topic");
    store.migrateChat(-7, -1_007);
    expect(store.findDecision("k1")).toMatchObject({ thread: supergroup, message: { chatId: -1_007, messageId: 5 } });
    expect(store.decisionOfMessage({ chatId: -1_007, messageId: 5 })?.key).toBe("k1");
    expect(store.decisionOfMessage({ chatId: -7, messageId: 5 })).toBeUndefined();
    expect(store.findOffer("k2")?.thread).toEqual({ chatId: -1_007, topicId: 3 });
    expect(store.preference(supergroup, "engine")).toBe("new");
    expect(store.preference(supergroup, "effort:old")).toBe("high");
    expect(store.preference({ ...supergroup, topicId: 3 }, "engine")).toBe("topic");
    expect(store.preference(group, "engine")).toBeUndefined();
  });
});
