import { describe, expect, it } from "vitest";
import { countUnknown, unknownTypes } from "../../src/runner/unknown-types.ts";

describe("messages of an unknown type", () => {
  it("are counted by their type, and leave the rest of the state and the state before as they are", () => {
    const before = { cwd: "/work", unknown: new Map<string, number>() };
    const after = countUnknown(countUnknown(countUnknown(before, "b"), "a"), "b");
    expect(after).toEqual({ cwd: "/work", unknown: new Map(Object.entries({ b: 2, a: 1 })) });
    expect(before.unknown.size).toBe(0);
  });

  it("are one hidden action at the end", () => {
    const counts = new Map(Object.entries({ b: 2, a: 1 }));
    const action = {
      id: "codex.unknown",
      kind: "telemetry",
      title: "lines of an unknown type: b ×2, a ×1",
      detail: { counts: { b: 2, a: 1 } },
    };
    const event = { type: "action", engine: "codex", action, phase: "completed", level: "debug" };
    expect(unknownTypes({ engine: "codex", what: "lines", counts })).toEqual([event]);
    expect(unknownTypes({ engine: "codex", what: "lines", counts, id: "acp.unknown" })).toEqual([
      { ...event, action: { ...action, id: "acp.unknown" } },
    ]);
  });

  it("are no action where there were none", () => {
    expect(unknownTypes({ engine: "codex", what: "lines", counts: new Map() })).toEqual([]);
  });
});
