import { expect, test } from "vitest";
import type { TextEntity } from "../../src/domain/message-text.ts";
import { findEntityProblems } from "../../src/render/validate.ts";

test("sound content has no problems", () => {
  const entities: readonly TextEntity[] = [
    { type: "blockquote", offset: 0, length: 7 },
    { type: "code", offset: 0, length: 1 },
    { type: "bold", offset: 2, length: 5 },
    { type: "text_link", offset: 4, length: 3, url: "https://a.b" },
  ];
  expect(findEntityProblems({ text: "a b c d e", entities })).toEqual([]);
});

test.each<[string, string, readonly TextEntity[]]>([
  ["empty", " \u200b", []],
  ["more than 4096", "a".repeat(4_097), []],
  ["more than 100", "a".repeat(101), Array.from({ length: 101 }, (_, offset) => ({ type: "bold", offset, length: 1 }))],
  ["removes or replaces", "a\u202eb", []],
  ["trims", "a ", []],
  ["trims", " a", []],
  ["outside of the text", "abc", [{ type: "bold", offset: 1, length: 3 }]],
  ["outside of the text", "abc", [{ type: "bold", offset: 1, length: 0 }]],
  ["cuts a surrogate pair", "😀", [{ type: "bold", offset: 0, length: 1 }]],
  ["only white space", "a b", [{ type: "bold", offset: 1, length: 1 }]],
  ["refuses", "abc", [{ type: "text_link", offset: 0, length: 3, url: "http://localhost" }]],
  ["refuses", "abc", [{ type: "text_link", offset: 0, length: 3 }]],
  [
    "overlaps",
    "abc",
    [
      { type: "bold", offset: 0, length: 2 },
      { type: "italic", offset: 1, length: 2 },
    ],
  ],
  [
    "repeats",
    "abc",
    [
      { type: "bold", offset: 0, length: 3 },
      { type: "bold", offset: 1, length: 1 },
    ],
  ],
  [
    "is code in",
    "abc",
    [
      { type: "bold", offset: 0, length: 3 },
      { type: "code", offset: 1, length: 1 },
    ],
  ],
  [
    "is inside of",
    "abc",
    [
      { type: "pre", offset: 0, length: 3 },
      { type: "italic", offset: 1, length: 1 },
    ],
  ],
  [
    "is a quote in",
    "abc",
    [
      { type: "blockquote", offset: 0, length: 3 },
      { type: "expandable_blockquote", offset: 1, length: 1 },
    ],
  ],
])("names the problem: %s", (problem, text, entities) => {
  expect(findEntityProblems({ text, entities }).join("; ")).toContain(problem);
});
