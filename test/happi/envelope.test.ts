import { describe, expect, it } from "vitest";
import { readEnvelope } from "../../src/happi/envelope.ts";

const read = (text: string): ReturnType<typeof readEnvelope> => readEnvelope({ kind: "line", text });

describe("an envelope", () => {
  it("is read with its flags, and what is not known in it is passed over", () => {
    const line = `{"v":"happi/1.1","id":"a","cmd":"mock.run","args":["x",1],"flags":{"cwd":"/"},"auth":{"token":"t"},"new":[]}`;
    expect(read(line)).toEqual({
      kind: "request",
      envelope: { v: "happi/1.1", id: "a", cmd: "mock.run", args: ["x", 1], flags: { cwd: "/" } },
    });
  });

  it.each([
    [`{"id":"a","cmd":"echo"}`],
    [`{"v":null,"id":"a","cmd":"echo","args":null,"flags":null}`],
    [`{"v":1,"id":"a","cmd":"echo","args":"text","flags":[]}`],
    [`\uFEFF{"id":"a","cmd":"echo","args":{}}`],
  ])("counts what is missing or odd as not given: %s", (line) => {
    const envelope = { v: "happi/1.2", id: "a", cmd: "echo", args: [], flags: {} };
    expect(read(line)).toEqual({ kind: "request", envelope });
  });

  it("keeps whatever version it came with", () => {
    expect(read(`{"v":"happi/9.9","id":"a","cmd":"echo"}`)).toHaveProperty("envelope.v", "happi/9.9");
  });
});

describe("a line that is no envelope", () => {
  it.each<[string, { readonly id?: string }, RegExp]>([
    [`{"v":"happi/1.0",`, {}, /^The line is not valid JSON: /],
    [`hello`, {}, /^The line is not valid JSON: /],
    [`[1]`, {}, /^The envelope is not a JSON object\.$/],
    [`null`, {}, /^The envelope is not a JSON object\.$/],
    [`{"v":"happi/1.0","cmd":"echo"}`, {}, /^The envelope has no id: /],
    [`{"id":7,"cmd":"echo"}`, {}, /^The envelope has no id: /],
    [`{"id":"","cmd":"echo"}`, {}, /^The envelope has an empty id\.$/],
    [`{"id":"a"}`, { id: "a" }, /^The envelope has no cmd, /],
    [`{"id":"a","cmd":""}`, { id: "a" }, /^The envelope has an empty cmd\.$/],
    [`{}`, {}, /^The envelope has no id: .* and has no cmd, /],
  ])("says what is wrong with it, under its own id where it has one: %s", (line, { id }, problem) => {
    const expected = { identity: { id: id ?? "req-invalid" }, isNamed: id !== undefined };
    expect(read(line)).toMatchObject({ kind: "unreadable", ...expected });
    expect(read(line)).toHaveProperty("problem", expect.stringMatching(problem));
  });

  it("keeps its version where that can be read", () => {
    expect(read(`{"v":"happi/1.0","cmd":"echo"}`)).toHaveProperty("identity.v", "happi/1.0");
    expect(read(`{"v":`)).toHaveProperty("identity.v", "happi/1.2");
  });

  it("is refused when it is too long, for its middle is gone", () => {
    const incoming = readEnvelope({ kind: "oversize", bytes: 80_000_000, head: `{"id":"a","cmd":"echo"` });
    expect(incoming).toMatchObject({ kind: "unreadable", problem: "The line is too long (80.0 MB)." });
  });
});
