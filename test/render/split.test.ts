import { expect, test } from "vitest";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { splitText } from "../../src/render/split.ts";
import { bold, join, plain, pre } from "../../src/render/text-builder.ts";

const texts = (markdown: string, maxChars: number) =>
  splitText(renderMarkdown(markdown), { maxChars }).map(({ text }) => text);

test("blank content makes no message", () => {
  expect(splitText(plain(""))).toEqual([]);
  expect(splitText(plain(" \n\u200b\u2060 "))).toEqual([]);
});

test("what fits is one part, trimmed, with its entities moved", () => {
  const content = join([plain("\n  "), bold("a"), plain(" b \n")]);
  expect(splitText(content)).toEqual([{ text: "a b", entities: [{ type: "bold", offset: 0, length: 1 }] }]);
});

test("cuts at a blank line rather than at a line end, and at a space rather than in a word", () => {
  expect(texts("aaaaaa\n\nbb\nccccc", 12)).toEqual(["aaaaaa", "bb\nccccc"]);
  expect(texts("aaaa\nbbbb cccc", 12)).toEqual(["aaaa", "bbbb cccc"]);
  expect(texts("aaaa bbbb cccc", 12)).toEqual(["aaaa bbbb", "cccc"]);
});

test("cuts before a code block that would not fit", () => {
  const parts = splitText(renderMarkdown("intro words here\n\n```ts\naaaa\nbbbb\n```"), { maxChars: 24 });
  expect(parts).toEqual([
    { text: "intro words here", entities: [] },
    { text: "aaaa\nbbbb", entities: [{ type: "pre", language: "ts", offset: 0, length: 9 }] },
  ]);
});

test("a code block longer than a part goes on as a code block of the same language, with its indentation", () => {
  const parts = splitText(renderMarkdown("```py\nif a:\n    b\n\n    c\n```"), { maxChars: 12 });
  expect(parts).toEqual([
    { text: "if a:\n    b", entities: [{ type: "pre", language: "py", offset: 0, length: 11 }] },
    { text: "    c", entities: [{ type: "pre", language: "py", offset: 0, length: 5 }] },
  ]);
});

test("a style that is cut goes on in the next part", () => {
  const parts = splitText(renderMarkdown("**aaaa bbbb** c"), { maxChars: 6 });
  expect(parts.map(({ entities }) => entities)).toEqual([
    [{ type: "bold", offset: 0, length: 4 }],
    [{ type: "bold", offset: 0, length: 4 }],
  ]);
});

test("emoji are not cut, neither pairs nor joined ones", () => {
  expect(texts("👩‍💻".repeat(4), 12)).toEqual(["👩‍💻👩‍💻", "👩‍💻👩‍💻"]);
  expect(texts("😀".repeat(3), 3)).toEqual(["😀", "😀", "😀"]);
});

test("no part has more than 100 entities", () => {
  const parts = splitText(renderMarkdown("`a` **b** ".repeat(150)));
  expect(parts.map(({ entities }) => entities.length)).toEqual([100, 100, 100]);
});

test("the last part has room for the footer, and is not empty", () => {
  const parts = splitText(plain("a".repeat(4_090)), { reserveChars: 100 });
  expect(parts.map(({ text }) => text.length)).toEqual([4_089, 1]);
  expect(splitText(plain("a".repeat(3_996)), { reserveChars: 100 })).toHaveLength(1);
});

test("the last part has room for the footer's entities", () => {
  const parts = splitText(renderMarkdown("`a` ".repeat(99)), { reserveEntities: 2 });
  expect(parts.at(-1)?.entities.length).toBeLessThanOrEqual(98);
  expect(parts.flatMap(({ entities }) => entities)).toHaveLength(99);
});

test("a megabyte without a single space is complete", () => {
  const parts = splitText(pre("x".repeat(1_000_000)));
  expect(parts.map(({ text }) => text.length).reduce((sum, length) => sum + length)).toBe(1_000_000);
  expect(parts.every(({ entities }) => entities[0]?.type === "pre")).toBe(true);
});
