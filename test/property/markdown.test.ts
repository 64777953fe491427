import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessageText } from "../../src/domain/message-text.ts";
import { finalMessages } from "../../src/render/final-message.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { splitText } from "../../src/render/split.ts";
import { code, join, plain } from "../../src/render/text-builder.ts";
import { findEntityProblems } from "../../src/render/validate.ts";
import { generateMarkdown } from "../render/markdown-generator.ts";
import { anyText, holds, near } from "./check.ts";

const pieces = [
  "**",
  "*",
  "_",
  "`",
  "```\n",
  "~~",
  "# ",
  "> ",
  "- ",
  "1. ",
  "| a | b |\n",
  "|---|---|\n",
  "[x](",
  "https://x.example/a",
  ")",
  "<b>",
  "</b>",
  "<details>",
  "&amp;",
  "&#x1f642;",
  "\\",
  "\n",
  "\n\n",
  " ",
  "word",
  "🙂",
  "👩‍👩‍👧",
  "\ud83d",
  "\u202e",
  "\t",
];
const markdown = fc.oneof({ weight: 3, arbitrary: near(pieces, 40) }, { weight: 1, arbitrary: anyText });
const documents = fc.oneof(
  markdown,
  fc.nat(1_000_000).map((seed) => generateMarkdown(seed).markdown),
);

describe("an answer in any Markdown", () => {
  it("becomes messages that Telegram takes as they are, whatever their size", () => {
    const limits = fc.record({
      maxChars: fc.integer({ min: 40, max: 400 }),
      maxEntities: fc.integer({ min: 2, max: 20 }),
    });
    holds(
      fc.property(documents, limits, (text, { maxChars, maxEntities }) => {
        const content = renderMarkdown(text);
        const parts = splitText(content, { maxChars, maxEntities });
        expect(parts.flatMap(findEntityProblems)).toEqual([]);
        expect(parts.every((part) => part.text.length <= maxChars && part.entities.length <= maxEntities)).toBe(true);
        expect(squeezed(parts)).toBe(squeezed([content]));
      }),
      1000,
    );
  });

  it("keeps every letter and digit of a text without markup", () => {
    const words = fc.array(fc.stringMatching(/^[a-zA-Z]{1,10}[0-9]{0,3}$/), { minLength: 1, maxLength: 30 });
    holds(
      fc.property(words, fc.constantFrom(" ", "\n\n"), (list, between) => {
        expect(squeezed([renderMarkdown(list.join(between))])).toBe(list.join(""));
      }),
    );
  });

  it("makes finals with the header first, the footer last, and everything else once", () => {
    const footer = join([plain("1 secret covered · /reveal"), code("claude --resume x")], "\n");
    holds(
      fc.property(documents, fc.integer({ min: 1, max: 40 }), (text, times) => {
        const input = {
          header: "done · x · 1s",
          answer: `${text}\n\n`.repeat(times),
          notices: [],
          footer,
          maxParts: 4,
        };
        const { parts, file } = finalMessages(input);
        expect(parts.flatMap(findEntityProblems)).toEqual([]);
        expect(parts.every((part) => part.text.startsWith("done · x · 1s"))).toBe(true);
        expect(parts.map((part) => part.text.includes("--resume x"))).toEqual(
          parts.map((_, index) => index === parts.length - 1),
        );
        if (file === undefined) expect(parts.length).toBeLessThanOrEqual(4);
        else expect(file.text).toContain(text.trim().slice(0, 20));
      }),
      150,
    );
  });
});

function squeezed(parts: readonly MessageText[]): string {
  return parts.map(({ text }) => text.replace(/\s/g, "")).join("");
}
