import { describe, expect, test } from "vitest";
import type { ApiEntity } from "../../../src/local/bot-api-types.ts";
import { formatText } from "../../../src/local/text/format-text.ts";
import { checkLink } from "../../../src/local/text/link.ts";

const shapeOf = (text: string, entities: readonly ApiEntity[]): readonly unknown[] =>
  formatText(text, entities).entities.map((entity) => [entity.type, entity.offset, entity.length]);

describe("refused entities", () => {
  test.each([
    [
      "ends after the text",
      "short text",
      { offset: 0, length: 12 },
      "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 12",
    ],
    [
      "begins after the text",
      "abc",
      { offset: 5, length: 1 },
      "entity begins after the end of the text at UTF-16 offset 5",
    ],
    [
      "begins inside a pair",
      "a😀b",
      { offset: 2, length: 2 },
      "entity begins in a middle of a UTF-16 symbol at byte offset 5",
    ],
    [
      "ends inside a pair",
      "a😀b",
      { offset: 0, length: 2 },
      "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5",
    ],
    ["has a negative offset", "abc", { offset: -1, length: 1 }, "receive an entity with incorrect offset -1"],
  ])("an entity that %s is refused", (...[, text, range, reason]) => {
    expect(() => formatText(text, [{ type: "bold", ...range }])).toThrow(`Bad Request: ${reason}`);
  });

  test("a text of blanks is refused", () => {
    expect(() => formatText(" \n\t ", [])).toThrow("Bad Request: text must be non-empty");
  });

  test("a lone surrogate is refused", () => {
    expect(() => formatText("a\ud83d", [])).toThrow("Bad Request: strings must be encoded in UTF-8");
  });
});

describe("repaired text", () => {
  test("blanks around the text go, and entities move with it", () => {
    const { text, entities } = formatText("\n  abc def \n", [{ type: "bold", offset: 7, length: 5 }]);
    expect(text).toBe("abc def");
    expect(entities).toEqual([{ type: "bold", offset: 4, length: 3 }]);
  });

  test("blanks before the first entity go only up to it", () => {
    expect(formatText("  abc", [{ type: "bold", offset: 1, length: 4 }])).toEqual({
      text: " abc",
      entities: [{ type: "bold", offset: 0, length: 4 }],
    });
  });

  test("carriage returns and bidi overrides go, control characters become spaces", () => {
    expect(formatText("a\r\nb\u0007c\u202ed", []).text).toBe("a\nb cd");
  });

  test("of a link and code over the same text the code stays", () => {
    expect(
      shapeOf("abc", [
        { type: "text_link", offset: 0, length: 3, url: "http://a.b/" },
        { type: "code", offset: 0, length: 3 },
      ]),
    ).toEqual([["code", 0, 3]]);
  });

  test("of a link that is longer than the code in it the link stays", () => {
    expect(
      shapeOf("abc", [
        { type: "text_link", offset: 0, length: 3, url: "http://a.b/" },
        { type: "code", offset: 1, length: 2 },
      ]),
    ).toEqual([["text_link", 0, 3]]);
  });

  test("bold is cut around code", () => {
    expect(
      shapeOf("abcdef", [
        { type: "bold", offset: 0, length: 6 },
        { type: "code", offset: 2, length: 2 },
      ]),
    ).toEqual([
      ["bold", 0, 2],
      ["code", 2, 2],
      ["bold", 4, 2],
    ]);
  });

  test("quotes do not nest, but hold code", () => {
    expect(
      shapeOf("abcdef", [
        { type: "blockquote", offset: 0, length: 6 },
        { type: "blockquote", offset: 1, length: 2 },
        { type: "code", offset: 2, length: 2 },
      ]),
    ).toEqual([
      ["blockquote", 0, 6],
      ["code", 2, 2],
    ]);
  });

  test("more than 100 entities are cut", () => {
    const entities = Array.from({ length: 120 }, (_, index) => ({ type: "bold", offset: index * 2, length: 1 }));
    expect(formatText("a ".repeat(120), entities).entities).toHaveLength(100);
  });

  test("links, mentions and commands are found outside of code", () => {
    const text = "/run@bot see https://a.example/x, @you /skip";
    expect(shapeOf(text, [{ type: "code", offset: text.indexOf("/skip"), length: 5 }])).toEqual([
      ["bot_command", 0, 8],
      ["url", 13, 19],
      ["mention", 34, 4],
      ["code", 39, 5],
    ]);
  });

  test("a path is no command", () => {
    expect(shapeOf("src/main.ts and /usr/bin", [])).toEqual([]);
  });
});

describe("checkLink", () => {
  test.each([
    ["src/x.ts:12", "Wrong HTTP URL"],
    ["http://localhost:3000", "Wrong HTTP URL"],
    ["file:///x", "Unsupported URL protocol"],
    ["http://a.b:0", "Wrong port number specified in the URL"],
    ["", "URL host is empty"],
  ])("%s is refused", (url, reason) => {
    expect(() => checkLink("Entity", url)).toThrow(`Bad Request: entity URL '${url}' is invalid: ${reason}`);
  });

  test("a bare file name that looks like a host is taken for one", () => {
    expect(checkLink("Entity", "README.md")).toBe("http://readme.md/");
  });
});
