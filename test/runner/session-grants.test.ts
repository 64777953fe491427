import { describe, expect, it } from "vitest";
import { SessionGrants } from "../../src/runner/session-grants.ts";

describe("what was allowed for a session", () => {
  it("adds up, covers only what is all in it, and no other session", () => {
    const grants = new SessionGrants();
    grants.add("s-1", ["a"]);
    grants.add("s-1", ["b"]);
    expect(grants.covers("s-1", ["a", "b"])).toBe(true);
    expect(grants.covers("s-1", ["a", "c"])).toBe(false);
    expect(grants.covers("s-2", ["a"])).toBe(false);
    expect(grants.covers("s-1", [])).toBe(false);
  });

  it("is forgotten for the session that was allowed nothing for longest, when there are very many", () => {
    const grants = new SessionGrants();
    for (let index = 0; index < 1_000; index += 1) grants.add(`s-${index}`, ["a"]);
    grants.add("s-0", ["b"]);
    grants.add("one more", ["a"]);
    expect(grants.covers("s-0", ["a", "b"])).toBe(true);
    const known = ["s-1", "s-2", "one more"].filter((session) => grants.covers(session, ["a"]));
    expect(known).toEqual(["s-2", "one more"]);
  });
});
