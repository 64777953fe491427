import { describe, expect, it } from "vitest";
import { remark, steps, unchanged, warning } from "../../src/runner/step.ts";

const state = { engine: "acme", notes: 0, words: "kept" };

describe("a remark", () => {
  it("is an action that is over at once, under an id that no other has", () => {
    const first = remark(state, { title: "one" });
    const second = remark(first.state, { title: "two", kind: "warning", ok: false, detail: { line: "x" } });
    expect([...first.events, ...second.events]).toEqual([
      {
        type: "action",
        engine: "acme",
        phase: "completed",
        action: { id: "acme.note.1", kind: "note", title: "one", detail: {} },
      },
      {
        type: "action",
        engine: "acme",
        phase: "completed",
        ok: false,
        action: { id: "acme.note.2", kind: "warning", title: "two", detail: { line: "x" } },
      },
    ]);
    expect(second.state).toEqual({ ...state, notes: 2 });
  });

  it("that warns looks like one", () => {
    expect(warning(state, "careful").events).toMatchObject([
      { ok: false, level: "warning", action: { kind: "warning", title: "careful" } },
    ]);
  });
});

describe("steps", () => {
  it("go on from the state of the one before, and keep the order of what they tell", () => {
    const say = (title: string) => (before: typeof state) => remark(before, { title });
    const { state: after, events } = steps(state, say("one"), unchanged, say("two"));
    expect(after.notes).toBe(2);
    expect(events).toMatchObject([{ action: { title: "one" } }, { action: { title: "two" } }]);
  });

  it("that are none change nothing", () => {
    expect(steps(state)).toEqual({ state, events: [] });
  });
});
