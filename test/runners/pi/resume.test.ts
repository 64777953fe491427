import { describe, expect, it } from "vitest";
import { resumeCodec } from "../../../runners/pi/resume.ts";

const read = (text: string): string | undefined => resumeCodec.extractResume(text)?.value;

describe("pi's resume line", () => {
  it.each([
    ["01a1fbd7-03ce-772a-beb2-56ace6a92c2e", "pi --session 01a1fbd7-03ce-772a-beb2-56ace6a92c2e"],
    ["/home/me/.pi/agent/sessions/--a--/1.jsonl", "pi --session /home/me/.pi/agent/sessions/--a--/1.jsonl"],
    ["/my files/1.jsonl", `pi --session "/my files/1.jsonl"`],
    [`/"my" files/1.jsonl`, `pi --session '/"my" files/1.jsonl'`],
    ["/it's/1.jsonl", `pi --session "/it's/1.jsonl"`],
  ])("of %s reads %s, and back", (value, line) => {
    expect(resumeCodec.formatResume({ engine: "pi", value })).toBe(line);
    expect(read(`an answer\n\n\`${line}\``)).toBe(value);
    expect(resumeCodec.isResumeLine(line)).toBe(true);
  });

  it("may have been printed by the original", () => {
    expect(read("pi --session 01a1fbd7")).toBe("01a1fbd7");
    expect(read("  `PI --session=01a1fbd7` ")).toBe("01a1fbd7");
    expect(read("pi --session /my files/1.jsonl")).toBe("/my files/1.jsonl");
  });

  it.each([
    "pi --session",
    "pi --session --help",
    `pi --session "--help"`,
    "pi --session a to go on",
    "api --session a",
  ])("is not: %s", (line) => {
    expect(resumeCodec.isResumeLine(line)).toBe(false);
  });
});
