import { describe, expect, it } from "vitest";
import { beginning, clipped } from "../../src/domain/clipped.ts";

describe("the beginning of a text", () => {
  it("is the text itself where it fits", () => {
    expect([beginning("four", 4), clipped("four", 4)]).toEqual(["four", "four"]);
  });

  it("ends where there is no more room", () => {
    expect([beginning("fourth", 4), clipped("fourth", 4)]).toEqual(["four", "fou…"]);
  });

  it("never ends with half a character", () => {
    expect([beginning("ab🦊cd", 3), beginning("ab🦊cd", 4)]).toEqual(["ab", "ab🦊"]);
    expect([clipped("ab🦊cd", 4), clipped("ab🦊cd", 5)]).toEqual(["ab…", "ab🦊…"]);
  });
});
