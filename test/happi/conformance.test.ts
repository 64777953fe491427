import { describe, expect, it } from "vitest";
import { violations } from "./conformance.ts";

type Line = Readonly<Record<string, unknown>>;

const good: readonly Line[] = [
  { type: "started", ts: 0 },
  { type: "tool_call", ts: 1, name: "bash", input: {}, call_id: "c1" },
  { type: "tool_result", ts: 1, name: "bash", output: {}, call_id: "c1" },
  { type: "delta", ts: 2, text: "hi" },
  { type: "completed", ts: 2, usage: { input_tokens: 1, output_tokens: 2 } },
];

function verdict(lines: readonly Line[]): readonly string[] {
  const stdout = lines.map((line) => `${JSON.stringify({ v: "happi/1.0", id: "a", ...line })}\n`).join("");
  return violations([{ v: "happi/1.0", id: "a" }], stdout);
}

const replaced = (index: number, more: Line): readonly Line[] => good.with(index, { ...good[index], ...more });

describe("the checker of this suite", () => {
  it("finds nothing wrong with a good answer", () => {
    expect(verdict(good)).toEqual([]);
  });

  it.each([
    ["another id", replaced(3, { id: "b" })],
    ["another version", replaced(3, { v: "happi/1.2" })],
    ["no started", good.slice(1)],
    ["started twice", [...good.slice(0, 1), ...good]],
    ["no outcome", good.slice(0, -1)],
    ["two outcomes", [...good, ...good.slice(-1)]],
    ["an empty delta", replaced(3, { text: "" })],
    ["a delta after the outcome", [...good, ...good.slice(3, 4)]],
    ["no usage", replaced(4, { usage: undefined })],
    ["half a usage", replaced(4, { usage: { input_tokens: 1 } })],
    ["a time that goes back", replaced(3, { ts: 0 })],
    ["a time between two milliseconds", replaced(3, { ts: 1.5 })],
    ["a result without its call", good.toSpliced(1, 1)],
    ["a result of another tool", replaced(2, { name: "edit" })],
    ["a call twice", good.toSpliced(1, 0, ...good.slice(1, 2))],
    ["an error without a code", replaced(4, { type: "error", message: "x" })],
    ["an error without a message", replaced(4, { type: "error", code: "x" })],
    ["an event of no known type", replaced(3, { type: "meta" })],
  ])("finds %s", (_name, lines) => {
    expect(verdict(lines)).not.toEqual([]);
  });

  it("finds an answer that is missing, and a last line without its end", () => {
    expect(violations([{ v: "happi/1.0", id: "a" }], "")).not.toEqual([]);
    const stdout = good.map((line) => JSON.stringify({ v: "happi/1.0", id: "a", ...line })).join("\n");
    expect(violations([{ v: "happi/1.0", id: "a" }], stdout)).not.toEqual([]);
  });
});
