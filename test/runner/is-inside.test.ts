import { describe, expect, it } from "vitest";
import { isInside } from "../../src/runner/is-inside.ts";

describe("a path", () => {
  it.each([
    ["/work/app", true],
    ["/work/app/", true],
    ["/work/app/src/a.ts", true],
    ["/work/app/../app/a.ts", true],
    ["/work/app/..a", true],
    ["/work", false],
    ["/work/app/../b", false],
    ["/work/app-old", false],
    ["/etc/hosts", false],
  ])("%s is inside /work/app: %s", (path, expected) => {
    expect(isInside(path, "/work/app")).toBe(expected);
  });
});
