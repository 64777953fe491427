import { describe, expect, test } from "vitest";
import type { TextEntity } from "../../src/domain/message-text.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { splitText } from "../../src/render/split.ts";
import { findEntityProblems } from "../../src/render/validate.ts";
import { CORPUS } from "./corpus.ts";

test("the corpus has its 48 documents", () => {
  expect(CORPUS).toHaveLength(48);
});

describe.each(CORPUS)("$id", (expected) => {
  const parts = splitText(renderMarkdown(expected.markdown));
  const text = parts.map((part) => part.text).join("\n");
  const entities = parts.flatMap((part) =>
    part.entities.map((entity): [TextEntity, string] => [entity, part.text.substr(entity.offset, entity.length)]),
  );
  const covered = entities.map(([{ type }, words]) => [type, words]);
  const links = entities.filter(([{ type }]) => type === "text_link").map(([{ url }, label]) => [label, url]);

  test("arrives as it is", () => {
    expect(parts.flatMap((part) => findEntityProblems(part))).toEqual([]);
  });

  test("has the number of messages it needs", () => {
    if (expected.empty) expect(parts).toEqual([]);
    else expect(parts.length).toBeGreaterThanOrEqual(expected.maybeEmpty ? 0 : expected.chunks);
  });

  test("shows its words and no marks", () => {
    for (const words of expected.contains) expect(text).toContain(words);
    for (const mark of expected.lacks) expect(text).not.toContain(mark);
    const shown = text.replace(/\s/g, "");
    expect(expected.words.filter((word) => !shown.includes(word))).toEqual([]);
  });

  test("has its styles, code blocks and links", () => {
    for (const entity of expected.ents) expect(covered).toContainEqual(entity);
    for (const entity of expected.noents) expect(covered).not.toContainEqual(entity);
    for (const [language, start] of expected.pre) {
      const block = entities.find(([{ type }, code]) => type === "pre" && code.includes(start));
      expect(block?.[0].language ?? "").toBe(language);
      expect(block).toBeDefined();
    }
    for (const link of expected.links) expect(links).toContainEqual(link);
    for (const piece of expected.nolinks) expect(links.map(([, url]) => url).join(" ")).not.toContain(piece);
  });
});
