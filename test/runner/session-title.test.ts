import { describe, expect, it } from "vitest";
import { sessionTitle } from "../../src/runner/session-title.ts";

describe("the title of a session", () => {
  it("is one line", () => {
    expect(sessionTitle("  fix\n\tthe   build ")).toBe("fix the build");
    expect(sessionTitle(" \n ")).toBe("");
  });

  it("has at most 80 characters, and says that it was cut", () => {
    expect(sessionTitle("x".repeat(80))).toBe("x".repeat(80));
    expect(sessionTitle("x".repeat(81))).toBe(`${"x".repeat(79)}…`);
  });

  it("does not end in half a character", () => {
    expect(sessionTitle(`${"x".repeat(78)}🙂🙂`)).toBe(`${"x".repeat(78)}…`);
    expect(sessionTitle(`${"x".repeat(77)}🙂🙂`)).toBe(`${"x".repeat(77)}🙂…`);
  });

  it("is made of the start of a long text", () => {
    expect(sessionTitle(`start${" ".repeat(2_000)}end`)).toBe("start");
  });
});
