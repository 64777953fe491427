import { describe, expect, it } from "vitest";
import type { Store } from "../../src/bridge/store-port.ts";
import { sessionKeyOf, toRunId } from "../../src/domain/run.ts";
import { accept, ending, memoryStore, queuedRun } from "./factories.ts";

const resume = { engine: "claude", value: "s1" };
const sessionKey = sessionKeyOf(resume);
const [work, two, three, four] = ["work", "two", "three", "four"].map(toRunId);
if (work === undefined || two === undefined || three === undefined || four === undefined) throw new Error("four names");

/** One run that works, and three that wait for it; another session waits as well. */
function waiting(): Store {
  const store = memoryStore();
  accept(store, queuedRun("work", { sessionKey, state: "running" }));
  for (const id of ["two", "three", "four"]) accept(store, queuedRun(id, { sessionKey }));
  accept(store, queuedRun("other", { notBefore: 5_000 }));
  return store;
}

function next(store: Store): readonly string[] {
  return store.runnableRuns(1_000).map(({ id }) => id);
}

describe("a prompt that is being passed to a run", () => {
  it("is queued, and passed on once, to a run that works", () => {
    const store = waiting();
    expect(store.beginSteering(two, three)).toBe(false);
    expect(store.beginSteering(two, toRunId("nobody"))).toBe(false);
    expect(store.beginSteering(work, work)).toBe(false);
    expect(store.beginSteering(two, work)).toBe(true);
    expect(store.beginSteering(two, work)).toBe(false);
    expect(store.findRun(two)?.state).toBe("queued");
    store.endRun(ending(queuedRun("work")));
    expect(store.beginSteering(three, work)).toBe(false);
  });

  it("does not start, does not hold up those behind it, and is started again when it was not taken", () => {
    const store = waiting();
    store.beginSteering(two, work);
    store.endRun(ending(queuedRun("work")));
    expect(next(store)).toEqual(["three"]);
    expect(store.endSteering(two)).toBe(true);
    expect(store.endSteering(two)).toBe(false);
    expect(next(store)).toEqual(["two"]);
  });

  it("is nothing to wait for", () => {
    const store = memoryStore();
    accept(store, queuedRun("work", { sessionKey, state: "running" }));
    accept(store, queuedRun("two", { sessionKey, notBefore: 2_000 }));
    expect(store.nextDueAt(1_000)).toBe(2_000);
    store.beginSteering(two, work);
    expect(store.nextDueAt(1_000)).toBeUndefined();
  });

  it("can't be changed any more", () => {
    const store = waiting();
    store.beginSteering(two, work);
    expect(store.replacePrompt(two, "other")).toBe(false);
    expect(store.replacePrompt(three, "other")).toBe(true);
    store.endSteering(two);
    expect(store.replacePrompt(two, "other")).toBe(true);
  });

  it("is ended by being taken, and does not come back", () => {
    const store = waiting();
    store.beginSteering(two, work);
    expect(store.endRun(ending(queuedRun("two")))).toBe(true);
    expect(store.endSteering(two)).toBe(false);
    expect(store.withholdSteered(() => [])).toEqual([]);
  });

  it("is held when its fate is not known, in the order of arrival, and can be released", () => {
    const store = waiting();
    for (const id of [three, two]) store.beginSteering(id, work);
    store.endRun(ending(queuedRun("work"), { state: "interrupted" }));
    expect(store.withholdSteered(() => [])).toMatchObject([
      { id: "two", state: "held" },
      { id: "three", state: "held" },
    ]);
    expect(store.withholdSteered(() => [])).toEqual([]);
    expect(next(store)).toEqual(["four"]);
    store.releaseRun(two);
    expect(next(store)).toEqual(["two"]);
  });
});

describe("the turn of a queued prompt", () => {
  it("is that of its arrival, until one is put first", () => {
    const store = waiting();
    expect([two, three, four].map((id) => store.queuedBefore(id))).toEqual([0, 1, 2]);
    expect(store.putFirst(four)).toBe(true);
    expect([two, three, four].map((id) => store.queuedBefore(id))).toEqual([1, 2, 0]);
    store.endRun(ending(queuedRun("work")));
    expect(next(store)).toEqual(["four"]);
    store.startRun(four, 1);
    store.endRun(ending(queuedRun("four")));
    expect(next(store)).toEqual(["two"]);
  });

  it("is that of their arrival among several that were put first", () => {
    const store = waiting();
    store.putFirst(four);
    store.putFirst(three);
    expect([two, three, four].map((id) => store.queuedBefore(id))).toEqual([2, 0, 1]);
  });

  it("does not count those that are being passed on or belong to other sessions", () => {
    const store = waiting();
    store.beginSteering(two, work);
    expect(store.queuedBefore(three)).toBe(0);
    expect(store.queuedBefore(toRunId("other"))).toBe(0);
    expect(store.queuedBefore(toRunId("nobody"))).toBe(0);
  });

  it("can't be had by what works, waits to be wanted, or has ended", () => {
    const store = waiting();
    accept(store, queuedRun("held", { sessionKey, state: "held" }));
    store.endRun(ending(queuedRun("two"), { state: "cancelled" }));
    for (const id of ["work", "held", "two", "nobody"]) expect(store.putFirst(toRunId(id))).toBe(false);
  });
});
