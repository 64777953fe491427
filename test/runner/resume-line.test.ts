import { describe, expect, it } from "vitest";
import { createResumeCodec, findResume, stripResumeLines } from "../../src/runner/resume-line.ts";

const pi = createResumeCodec({
  engine: "pi",
  print: (value) => `pi --resume ${value}`,
  pattern: /pi\s+--resume\s+(?<token>[^`\s]+)/,
});
const codex = createResumeCodec({
  engine: "codex",
  print: (value) => `codex resume ${value}`,
  pattern: /^\s*`?codex\s+resume\s+(?<token>[^`\s]+)`?\s*$/im,
});
const codecs = [pi, codex];

describe("createResumeCodec", () => {
  it.each([
    "pi --resume X1",
    "  pi   --resume  X1  ",
    "`pi --resume X1`",
    "``` PI --RESUME X1 ```",
    "pi --resume X1\r",
  ])("reads %j", (line) => {
    expect(pi.extractResume(line)).toEqual({ engine: "pi", value: "X1" });
    expect(pi.isResumeLine(line)).toBe(true);
  });

  it.each([
    "",
    "pi --resume",
    "pi --resume X1 X2",
    "try pi --resume X1",
    "spi --resume X1",
    "codex resume X1",
    "pi --resume --dangerously-skip-permissions",
  ])("does not take %j for a resume line", (line) => {
    expect(pi.extractResume(line)).toBeUndefined();
    expect(pi.isResumeLine(line)).toBe(false);
  });

  it("takes a pattern that has anchors and backticks of its own", () => {
    expect(codex.extractResume("x\n`codex resume X1`\ny")).toEqual({ engine: "codex", value: "X1" });
  });

  it("keeps the case of the value", () => {
    expect(pi.extractResume("pi --resume AbC")?.value).toBe("AbC");
  });

  it("lets the last matching line win", () => {
    expect(pi.extractResume("pi --resume a\r\npi --resume b\r\ntext")?.value).toBe("b");
  });

  it("does not print a session of another engine", () => {
    expect(() => pi.formatResume({ engine: "codex", value: "a" })).toThrow("a session of codex can't be resumed by pi");
  });
});

describe("findResume", () => {
  it("takes the last line across all engines", () => {
    expect(findResume("pi --resume a\ncodex resume b\n", codecs)).toEqual({ engine: "codex", value: "b" });
    expect(findResume("codex resume b\npi --resume a\n", codecs)).toEqual({ engine: "pi", value: "a" });
  });

  it("finds nothing in text without resume lines", () => {
    expect(findResume("just text", codecs)).toBeUndefined();
  });
});

describe("stripResumeLines", () => {
  it("removes the lines of every engine and the space they leave at the ends", () => {
    expect(stripResumeLines("`pi --resume a`\n\ngo on\nplease\n\ncodex resume b", codecs)).toBe("go on\nplease");
  });

  it("does not touch text without such lines", () => {
    expect(stripResumeLines("  indented\r\ntext \n", codecs)).toBe("  indented\r\ntext \n");
  });

  it("leaves nothing of a text that is only a resume line", () => {
    expect(stripResumeLines("pi --resume a", codecs)).toBe("");
  });
});
