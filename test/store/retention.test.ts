import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { RetentionCutoffs } from "../../src/bridge/recovery/retention-store.ts";
import type { Store } from "../../src/bridge/store-port.ts";
import type { Run } from "../../src/domain/run.ts";
import { openStore } from "../../src/store/open-store.ts";
import { accept, ending, memoryStore, queuedRun, tempDir, textRow } from "./factories.ts";

const everything: RetentionCutoffs = { runs: 1e15, outbox: 1e15, inbox: 1e15, audit: 1e15 };

function deleteAll(store: Store, cutoffs: RetentionCutoffs = everything): void {
  while (store.deleteOld(cutoffs) > 0);
  while (store.releaseSpace());
}

function endedRun(store: Store, id: string, finishedAt = 2_000): Run {
  const run = accept(store, queuedRun(id, { state: "running" }));
  store.endRun(ending(run, { finishedAt, answer: "an answer" }));
  return run;
}

function deliverAll(store: Store): void {
  for (const { id } of store.nextDeliveries(1e14)) store.markSent(id);
}

describe("what is deleted", () => {
  it("is a run that ended before, with its messages, decisions and what was sent of it", () => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a", { state: "running" }));
    const decision = { runId: run.id, thread: run.thread, request: approval, askedAt: 1_600 };
    store.recordDecision(
      { ...decision, key: "k" },
      { decision: { kind: "approve", scope: "once" }, decidedBy: "rule", decidedAt: 1_600 },
    );
    store.linkMessage({ chatId: 7, messageId: 200 }, run.id, "final");
    store.endRun(ending(run, { finishedAt: 2_000, outbox: [textRow("sent", { runId: run.id })] }));
    deliverAll(store);
    deleteAll(store, { ...everything, runs: 2_000 });
    expect(store.findRun(run.id)).toBeDefined();
    deleteAll(store, { ...everything, runs: 2_001 });
    expect([store.findRun(run.id), store.findDecision("k")]).toEqual([undefined, undefined]);
    expect([100, 200].map((messageId) => store.findMessage({ chatId: 7, messageId }))).toEqual([undefined, undefined]);
  });

  it("is never a run that waits, works, is held, or whose processes may live", () => {
    const store = memoryStore();
    const runs = (["queued", "running", "held"] as const).map((state) => accept(store, queuedRun(state, { state })));
    const left = endedRun(store, "left");
    store.recordProcess({ runId: left.id, pid: 4711, startMark: "1" });
    deleteAll(store);
    expect([...runs, left].map(({ id }) => store.findRun(id)?.state)).toEqual(["queued", "running", "held", "done"]);
  });

  it("is never what was not delivered, nor the run it belongs to", () => {
    const store = memoryStore();
    const waiting = accept(store, queuedRun("waiting", { state: "running" }));
    store.endRun(ending(waiting, { outbox: [textRow("waits", { runId: waiting.id })] }));
    const refused = accept(store, queuedRun("refused", { state: "running" }));
    store.endRun(ending(refused, { outbox: [textRow("refused", { runId: refused.id, thread: { chatId: 8 } })] }));
    const blocked = store.nextDeliveries(1e14).find(({ thread }) => thread.chatId === 8);
    store.markFailed(blocked?.id ?? 0, "blocked");
    deleteAll(store);
    expect([waiting, refused].map(({ id }) => store.findRun(id)?.state)).toEqual(["done", "done"]);
    expect(store.retryFailed(8)).toBe(1);
    expect(store.nextDeliveries(1e14).length).toBe(2);
  });

  it("is never a run whose question is open", () => {
    const store = memoryStore();
    const run = endedRun(store, "a");
    store.openDecision({
      key: "k",
      runId: run.id,
      thread: run.thread,
      request: approval,
      askedAt: 1_600,
      messages: [],
    });
    deleteAll(store);
    expect([store.findRun(run.id)?.state, store.findDecision("k")?.state]).toEqual(["done", "pending"]);
  });

  it("is never an update without its effect, and one that had it is known for as long as it is kept", () => {
    const store = memoryStore();
    for (const updateId of [1, 2]) store.receiveUpdate({ updateId, payload: "{}", receivedAt: 1_000 });
    store.finishUpdate(1);
    deleteAll(store, { ...everything, inbox: 1_000 });
    expect(store.receiveUpdate({ updateId: 1, payload: "{}", receivedAt: 1_000 })).toBe(false);
    deleteAll(store);
    expect(store.pendingUpdates().map(({ updateId }) => updateId)).toEqual([2]);
    expect(store.receiveUpdate({ updateId: 1, payload: "{}", receivedAt: 1_000 })).toBe(true);
  });

  it("leaves a run out that a waiting prompt is being passed to", () => {
    const store = memoryStore();
    const into = accept(store, queuedRun("into", { state: "running" }));
    const steers = accept(store, queuedRun("steers"));
    store.beginSteering(steers.id, into.id);
    store.endRun(ending(into));
    deleteAll(store);
    expect(store.findRun(into.id)).toBeDefined();
    store.endRun(ending(steers));
    deleteAll(store);
    expect([into, steers].map(({ id }) => store.findRun(id))).toEqual([undefined, undefined]);
  });
});

it("the audit loses only what is old, and keeps its last month whatever is asked", () => {
  const store = memoryStore();
  const month = 30 * 86_400_000;
  for (const at of [1_000, month, month + 2_000]) store.audit({ at, actor: "bot", verb: "start" });
  expect(store.deleteOld({ runs: 0, outbox: 0, inbox: 0, audit: 1_001 })).toBe(1);
  expect(() => store.deleteOld({ runs: 0, outbox: 0, inbox: 0, audit: 1e15 })).toThrow("append only");
});

describe("the file", () => {
  it("gives back what became free, and its -wal is emptied", () => {
    const path = join(tempDir(), "takopi.db");
    const store = openStore({ path, now: () => 1_000 });
    fill(store, 100);
    const full = statSync(path).size + statSync(`${path}-wal`).size;
    deleteAll(store);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(statSync(path).size).toBeLessThan(full / 5);
    store.close();
  });

  it("of a version before retention is rewritten once and keeps its content", () => {
    const path = join(tempDir(), "takopi.db");
    fill(openStore({ path, now: () => 1_000 }), 100).close();
    const raw = new Database(path);
    raw.pragma("journal_mode = DELETE");
    raw.pragma("auto_vacuum = NONE");
    raw.exec("VACUUM");
    expect(raw.pragma("auto_vacuum", { simple: true })).toBe(0);
    raw.close();
    const before = statSync(path).size;
    const store = openStore({ path, now: () => 1_000 });
    expect(store.runsInState(["done"]).length).toBe(100);
    deleteAll(store);
    expect(statSync(path).size).toBeLessThan(before / 5);
    store.close();
  });
});

const approval = { kind: "approval", id: "1", tool: "Bash", title: "ls", input: null, scopes: ["once"] } as const;

function fill(store: Store, runs: number): Store {
  for (let index = 0; index < runs; index += 1) {
    const run = accept(store, queuedRun(`r${index}`, { state: "running", promptMessageId: index }));
    store.endRun(ending(run, { answer: "an answer ".repeat(2_000) }));
  }
  return store;
}
