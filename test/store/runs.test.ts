import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { toRunId, type Run, type RunContext, type RunOptions, type RunState } from "../../src/domain/run.ts";
import { openStore } from "../../src/store/open-store.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { accept, dueTexts, ending, memoryStore, queuedRun, tempDir, textRow } from "./factories.ts";

describe("accepting a run", () => {
  it("gives back every field that went in", () => {
    const store = memoryStore();
    const context: Required<RunContext> = { project: "web", branch: "fix/α" };
    const options: Required<RunOptions> = { model: "opus", effort: "high", plan: true };
    const full: Required<Run> = {
      ...queuedRun("a"),
      thread: { chatId: -1001234567890, topicId: 9 },
      prompt: "-x 😀\n\0 'quoted'",
      resume: { engine: "claude", value: "0b9f" },
      context,
      options,
      notBefore: 1_200,
      startedAt: 1_300,
      finishedAt: 1_400,
      error: "none",
    };
    store.acceptRun(full, 1);
    expect(store.findRun(full.id)).toEqual(full);
    const bare = queuedRun("b");
    store.acceptRun(bare, 2);
    expect(store.findRun(bare.id)).toEqual(bare);
    expect(store.findRun(toRunId("none"))).toBeUndefined();
  });

  it("happens once per update and links the prompt message", () => {
    const store = memoryStore();
    expect(store.acceptRun(queuedRun("a"), 1)).toBe(true);
    expect(store.acceptRun(queuedRun("b"), 1)).toBe(false);
    expect(store.findRun(toRunId("b"))).toBeUndefined();
    expect(store.findMessage({ chatId: 7, messageId: 100 })).toEqual({ runId: "a", role: "prompt" });
  });

  it("leaves the update pending when the run can't be inserted", () => {
    const store = memoryStore();
    accept(store, queuedRun("a"));
    store.receiveUpdate({ updateId: 900_001, payload: "{}", receivedAt: 1 });
    expect(() => store.acceptRun(queuedRun("a"), 900_001)).toThrow(StoreError);
    expect(store.pendingUpdates().map((update) => update.updateId)).toEqual([900_001]);
  });
});

describe("changing a prompt", () => {
  it("appends a later part, waits for more, links its message and finishes its update", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { prompt: "one", notBefore: 1_100 }));
    store.receiveUpdate({ updateId: 900_002, payload: "{}", receivedAt: 1 });
    const part = { text: "two", messageId: 101, notBefore: 1_300, updateId: 900_002 };
    store.appendPrompt(toRunId("a"), part);
    store.appendPrompt(toRunId("a"), part);
    expect(store.findRun(toRunId("a"))).toMatchObject({ prompt: "one\ntwo", notBefore: 1_300 });
    expect(store.findMessage({ chatId: 7, messageId: 101 })).toEqual({ runId: "a", role: "prompt" });
    expect(store.pendingUpdates()).toEqual([]);
  });

  it("refuses to append to a run that has begun and keeps the update", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { state: "running" }));
    store.receiveUpdate({ updateId: 900_003, payload: "{}", receivedAt: 1 });
    const part = { text: "two", messageId: 101, notBefore: 1_300, updateId: 900_003 };
    expect(() => store.appendPrompt(toRunId("a"), part)).toThrow(/has begun/);
    expect(store.pendingUpdates()).toHaveLength(1);
  });

  it.each<[RunState, boolean]>([
    ["queued", true],
    ["held", true],
    ["running", false],
  ])("replaces the prompt of a %s run: %s", (state, replaced) => {
    const store = memoryStore();
    accept(store, queuedRun("a", { state, prompt: "old" }));
    expect(store.replacePrompt(toRunId("a"), "new")).toBe(replaced);
    expect(store.findRun(toRunId("a"))?.prompt).toBe(replaced ? "new" : "old");
  });
});

describe("the life of a run", () => {
  it("starts once, and only from queued", () => {
    const store = memoryStore();
    accept(store, queuedRun("a"));
    accept(store, queuedRun("b", { state: "held" }));
    expect(store.startRun(toRunId("b"), 1_500)).toBe(false);
    expect(store.startRun(toRunId("a"), 1_500)).toBe(true);
    expect(store.startRun(toRunId("a"), 1_600)).toBe(false);
    expect(store.findRun(toRunId("a"))).toMatchObject({ state: "running", startedAt: 1_500 });
  });

  it("releases a held run once", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { state: "held" }));
    expect(store.releaseRun(toRunId("a"))).toBe(true);
    expect(store.releaseRun(toRunId("a"))).toBe(false);
    expect(store.startRun(toRunId("a"), 1_500)).toBe(true);
    expect(store.releaseRun(toRunId("a"))).toBe(false);
  });

  it("ends once: a second ending writes nothing", () => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a", { state: "running" }));
    const failed = ending(run, { state: "failed", error: "no credit", outbox: [textRow("first")] });
    expect(store.endRun(failed)).toBe(true);
    expect(store.endRun(ending(run, { outbox: [textRow("second")] }))).toBe(false);
    expect(store.findRun(run.id)).toMatchObject({ state: "failed", error: "no credit", finishedAt: 2_000 });
    expect(dueTexts(store)).toEqual(["first"]);
    expect(store.nextDeliveries(1_000)).toHaveLength(1);
    expect(store.endRun(ending(queuedRun("unknown")))).toBe(false);
  });

  it("cancels a run that has not started, which then never starts", () => {
    const store = memoryStore();
    const run = accept(store, queuedRun("a"));
    expect(store.endRun(ending(run, { state: "cancelled" }))).toBe(true);
    expect(store.startRun(run.id, 1_500)).toBe(false);
  });

  it("writes the end and all of its rows, or nothing", () => {
    const path = join(tempDir(), "takopi.db");
    const store = openStore({ path, now: () => 1_000 });
    const run = accept(store, queuedRun("a", { state: "running" }));
    const saboteur = new Database(path);
    saboteur.exec(
      `CREATE TRIGGER refuse BEFORE INSERT ON outbox WHEN NEW.operation LIKE '%second%'
       BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    );
    const rows = [textRow("first", { runId: run.id }), textRow("second", { runId: run.id })];
    const done = ending(run, { answer: "42", usage: { tokens: 3 }, outbox: rows });
    expect(() => store.endRun(done)).toThrow(StoreError);
    expect(store.findRun(run.id)?.state).toBe("running");
    expect(store.nextDeliveries(1_000)).toEqual([]);

    saboteur.exec("DROP TRIGGER refuse");
    expect(store.endRun(done)).toBe(true);
    expect(saboteur.prepare("SELECT state, answer, usage FROM runs").get()).toEqual({
      state: "done",
      answer: "42",
      usage: '{"tokens":3}',
    });
    expect(saboteur.prepare("SELECT count(*) AS rows FROM outbox").get()).toEqual({ rows: 2 });
    saboteur.close();
    store.close();
  });
});
