import { describe, expect, it } from "vitest";
import { newSessionKey, sessionKeyOf, toRunId } from "../../src/domain/run.ts";
import { accept, ending, memoryStore, queuedRun } from "./factories.ts";

const token = { engine: "claude", value: "s1" };
const sessionKey = sessionKeyOf(token);
const provisional = newSessionKey(toRunId("a"));

describe("binding a session", () => {
  it("lets a prompt queued behind a brand new session resume it, in its turn", () => {
    const store = memoryStore();
    const first = accept(store, queuedRun("a", { state: "running" }));
    accept(store, queuedRun("b", { sessionKey: provisional }));
    accept(store, queuedRun("c", { sessionKey: provisional, state: "held" }));
    store.bindSession(first.id, token);
    for (const id of ["a", "b", "c"]) {
      expect(store.findRun(toRunId(id))).toMatchObject({ sessionKey, resume: token });
    }
    expect(store.runnableRuns(1_000)).toEqual([]);
    store.endRun(ending(first));
    expect(store.runnableRuns(1_000).map((run) => run.id)).toEqual(["b"]);
  });

  it("makes a run wait that was queued under the real key before", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { state: "running" }));
    accept(store, queuedRun("b", { sessionKey, resume: token }));
    expect(store.runnableRuns(1_000)).toHaveLength(1);
    store.bindSession(toRunId("a"), token);
    expect(store.runnableRuns(1_000)).toEqual([]);
  });

  it("reaches runs behind a run whose first holder failed before it had a session", () => {
    const store = memoryStore();
    const first = accept(store, queuedRun("a", { state: "running" }));
    accept(store, queuedRun("b", { sessionKey: provisional }));
    accept(store, queuedRun("c", { sessionKey: provisional }));
    store.endRun(ending(first, { state: "failed" }));
    store.startRun(toRunId("b"), 2_100);
    store.bindSession(toRunId("b"), token);
    expect(store.findRun(toRunId("c"))).toMatchObject({ sessionKey, resume: token });
    expect(store.findRun(first.id)).not.toHaveProperty("resume");
  });

  it("leaves other sessions alone", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { state: "running" }));
    const other = accept(store, queuedRun("x"));
    const known = { engine: "claude", value: "s2" };
    accept(store, queuedRun("k1", { sessionKey: sessionKeyOf(known), resume: known, state: "running" }));
    const queued = accept(store, queuedRun("k2", { sessionKey: sessionKeyOf(known), resume: known }));
    store.bindSession(toRunId("a"), token);
    store.bindSession(toRunId("k1"), known);
    expect(store.findRun(other.id)).toEqual(other);
    expect(store.findRun(queued.id)).toEqual(queued);
  });
});

describe("a run that goes on under another name than it resumed", () => {
  it("does not take along those who wait for the session it left", () => {
    const store = memoryStore();
    const known = { engine: "claude", value: "s2" };
    accept(store, queuedRun("k1", { sessionKey: sessionKeyOf(known), resume: known, state: "running" }));
    const waiting = accept(store, queuedRun("k2", { sessionKey: sessionKeyOf(known), resume: known }));
    store.bindSession(toRunId("k1"), token);
    expect(store.findRun(toRunId("k1"))).toMatchObject({ sessionKey, resume: token });
    expect(store.findRun(waiting.id)).toEqual(waiting);
  });
});

describe("dropping a session", () => {
  it("sends the run on without a token under a new key, and those that wait for the session with it", () => {
    const store = memoryStore();
    accept(store, queuedRun("a", { sessionKey, resume: token, state: "running" }));
    accept(store, queuedRun("b", { sessionKey, resume: token }));
    store.dropSession(toRunId("a"), provisional);
    expect(store.findRun(toRunId("a"))).toMatchObject({ sessionKey: "new:a", state: "running" });
    expect(store.findRun(toRunId("a"))).not.toHaveProperty("resume");
    expect(store.findRun(toRunId("b"))).toMatchObject({ sessionKey: "new:a", state: "queued" });
    expect(store.findRun(toRunId("b"))).not.toHaveProperty("resume");
    const fresh = { engine: "claude", value: "fresh" };
    store.bindSession(toRunId("a"), fresh);
    expect(store.findRun(toRunId("b"))).toMatchObject({ sessionKey: sessionKeyOf(fresh), resume: fresh });
  });
});
