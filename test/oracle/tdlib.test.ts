import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import type { MessageText, TextEntity, TextEntityType } from "../../src/domain/message-text.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { splitText } from "../../src/render/split.ts";
import { findEntityProblems } from "../../src/render/validate.ts";
import { CORPUS } from "../render/corpus.ts";
import { generateMarkdown } from "../render/markdown-generator.ts";
import { asIs, loadOracle, type Oracle, withoutMarks } from "./tdlib.ts";

const oracle = await loadOracle().catch((error: unknown): undefined => {
  console.warn(`Skipped the checks against TDLib, which does not load here: ${String(error)}`);
});

describe.skipIf(oracle === undefined)("Telegram's own library", () => {
  const { check }: Oracle = oracle ?? { check: () => expect.fail("no oracle") };

  test.each([
    ["Entity begins in a middle of a UTF-16 symbol", "a😀b", { type: "bold", offset: 2, length: 2 }],
    ["ends after the end of the text", "abc", { type: "bold", offset: 0, length: 9 }],
    ["Wrong HTTP URL", "abc", { type: "text_link", offset: 0, length: 3, url: "src/x.ts:12" }],
    ["Wrong HTTP URL", "abc", { type: "text_link", offset: 0, length: 3, url: "http://localhost:3000" }],
  ] satisfies [string, string, TextEntity][])("refuses a bad entity: %s (%s)", (message, text, entity) => {
    const verdict = check({ text, entities: [entity] });
    expect(verdict).toMatchObject({ kind: "refused", message: expect.stringContaining(message) });
    expect(findEntityProblems({ text, entities: [entity] })).not.toEqual([]);
  });

  test("changes what may not nest, so that a change would be seen", () => {
    const content: MessageText = {
      text: "bold code",
      entities: [
        { type: "bold", offset: 0, length: 9 },
        { type: "code", offset: 5, length: 4 },
      ],
    };
    expect(check(content)).not.toEqual(asIs(content));
    expect(findEntityProblems(content)).not.toEqual([]);
  });

  test("takes every message of the corpus as it is", () => {
    for (const { id, markdown } of CORPUS) expectTaken(splitText(renderMarkdown(markdown)), id);
  });

  test("takes the messages of 2,000 generated documents as they are, cut small ones too", { timeout: 90_000 }, () => {
    for (let seed = 20_001; seed <= 22_000; seed += 1) {
      const content = renderMarkdown(generateMarkdown(seed).markdown);
      expectTaken([...splitText(content), ...splitText(content, { maxChars: 60 })], `seed ${seed}`);
    }
  });

  test("takes every random message in which we find no problem", () => {
    const contents = Array.from({ length: 20_000 }, (_, seed) => randomContent(seed));
    const sound = contents.filter((content) => findEntityProblems(content).length === 0);
    expect(sound.length).toBeGreaterThan(1_000);
    for (const content of sound) expectTaken([content], JSON.stringify(content));
  });

  function expectTaken(parts: readonly MessageText[], of: string): void {
    for (const part of parts) {
      const verdict = check(part);
      if (verdict.kind === "refused") expect.fail(`${of}: ${verdict.message}: ${JSON.stringify(part)}`);
      const unmarked = withoutMarks(part);
      if (!isDeepStrictEqual(check(unmarked), asIs(unmarked))) expect(check(unmarked), of).toEqual(asIs(unmarked));
    }
  }
});

const PIECES = [
  "a",
  "b",
  " ",
  "\n",
  "é",
  "😀",
  "👩‍💻",
  "\u00a0",
  "\u200b",
  "\u2066",
  "ש",
  "\u0301",
  "\u2028",
  "\u202e",
  "\r",
  "\u0085",
];
const TYPES: readonly TextEntityType[] = ["bold", "italic", "code", "pre", "text_link", "blockquote", "strikethrough"];
const URLS = [
  "https://a.b",
  "http://1.2.3.4:80/x",
  "tg://resolve?domain=x",
  "https://a.b:0/",
  "x.ts",
  "https://a b.c",
  "https://u@a.b",
];

/** A short text with up to three entities, good or bad. */
function randomContent(seed: number): MessageText {
  let state = seed * 2_654_435_761;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const text = Array.from({ length: 2 + below(8) }, () => PIECES[below(PIECES.length)]).join("");
  const entities = Array.from({ length: below(4) }, (): TextEntity => {
    const type = TYPES[below(TYPES.length)] ?? "bold";
    const url = type === "text_link" ? { url: URLS[below(URLS.length)] ?? "" } : {};
    return { type, offset: below(text.length), length: 1 + below(text.length), ...url };
  });
  return { text, entities };
}
