import { expect, test } from "vitest";
import { splitLines, type LineLimits, type OutputLine } from "../../src/wire/lines.ts";
import { createRandom, inPieces } from "./random.ts";

async function linesOf(chunks: readonly (string | Buffer)[], limits?: Partial<LineLimits>): Promise<OutputLine[]> {
  return await collect(splitLines(asyncOf(chunks.map((chunk) => Buffer.from(chunk))), limits));
}

async function* asyncOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  yield* chunks;
}

async function collect(lines: AsyncIterable<OutputLine>): Promise<OutputLine[]> {
  const collected: OutputLine[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

async function textsOf(...chunks: readonly (string | Buffer)[]): Promise<readonly string[]> {
  return (await linesOf(chunks)).map((line) => (line.kind === "line" ? line.text : line.kind));
}

test("a line ends at a line feed and nowhere else", async () => {
  expect(await textsOf("a\u2028b\u2029c\u0085d\ve\ff\rg\nh\n")).toEqual(["a\u2028b\u2029c\u0085d\ve\ff\rg", "h"]);
});

test("one carriage return goes with the line feed, blank lines are skipped, the last line needs no end", async () => {
  expect(await textsOf("a\r\n\r\n  \t\n\nb\r\r\n c")).toEqual(["a", "b\r", " c"]);
  expect(await textsOf("a\r", "\nb", "\r")).toEqual(["a", "b"]);
  expect(await textsOf()).toEqual([]);
  expect(await textsOf("\n\n")).toEqual([]);
});

test("UTF-8 is decoded across chunks, and broken UTF-8 harms no other line", async () => {
  const [first, second, third] = [Buffer.of(0xf0, 0x9f), Buffer.of(0x90), Buffer.of(0x99, 0x0a)];
  expect(await textsOf(first, second, third)).toEqual(["🐙"]);
  expect(await textsOf(Buffer.of(0x61, 0xff, 0x0a), "b\n")).toEqual(["a\uFFFD", "b"]);
});

test("lines come out the same however the output is cut into chunks", async () => {
  const random = createRandom(1);
  const alphabet = ["\n", "\r", "\r\n", "a", "ü", "🐙", "\u2028", '{"n":1}', " "];
  for (let round = 0; round < 200; round += 1) {
    const text = Array.from({ length: random(60) }, () => alphabet[random(alphabet.length)]).join("");
    const expected = text.split("\n").map((line) => line.replace(/\r$/, ""));
    const lines = await collect(splitLines(inPieces(Buffer.from(text), 1 + random(9), random)));
    expect(lines).toEqual(expected.filter((line) => line.trim() !== "").map((line) => ({ kind: "line", text: line })));
  }
});

test("a line is yielded before the next chunk is asked for", async () => {
  let asked = 0;
  async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      asked += 1;
      yield Buffer.from("a\nb\n");
    }
  }
  for await (const line of splitLines(chunks())) if (line.kind === "line" && line.text === "b") break;
  expect(asked).toBe(1);
});

test("an answer of 1 MB stays complete", async () => {
  const answer = 'ü"\\\n'.repeat(1 << 18);
  const [line] = await linesOf([`${JSON.stringify({ answer })}\n`]);
  expect(line?.kind === "line" && JSON.parse(line.text).answer === answer).toBe(true);
});

test("a line beyond the soft limit keeps its short values and both ends of a long one", async () => {
  const text = `begin ${"-".repeat(6 << 20)} end`;
  const [line, next] = await linesOf([JSON.stringify({ id: 7, text, last: "x" }), "\nnext\n"]);
  if (line?.kind !== "line") throw new Error("the line was lost");
  const value = JSON.parse(line.text);
  expect(value).toMatchObject({ id: 7, last: "x" });
  expect(value.text).toMatch(/^begin -{32000,}…\[6 MB cut\]…-{32000,} end$/);
  expect(line.text.length).toBeLessThan(160_000);
  expect(next).toEqual({ kind: "line", text: "next" });
});

test("a long line without long strings is oversize, with its length and its head, and the next one is whole", async () => {
  const line = `[${"1234567,".repeat(2 << 17)}0]`;
  const limits = { softBytes: 1000, hardBytes: 100_000 };
  const [oversize, next] = await linesOf([`${line}\n{"n":2}\n`], limits);
  expect(oversize).toEqual({ kind: "oversize", bytes: line.length, head: line.slice(0, 1024) });
  expect(next).toEqual({ kind: "line", text: '{"n":2}' });
});

test("a long line that is no JSON is oversize as well", async () => {
  const line = "🐙".repeat(100_000);
  const [oversize] = await linesOf([line], { softBytes: 1000, hardBytes: 100_000 });
  expect(oversize).toEqual({ kind: "oversize", bytes: 400_000, head: "🐙".repeat(256) });
});
