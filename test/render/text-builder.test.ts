import { expect, test } from "vitest";
import { bold, code, join, plain, pre, TextBuilder } from "../../src/render/text-builder.ts";

test("plain, bold and code text is cleaned and covered", () => {
  expect(plain("a\r\n\u202eb")).toEqual({ text: "a\nb", entities: [] });
  expect(bold("a ")).toEqual({ text: "a ", entities: [{ type: "bold", offset: 0, length: 1 }] });
  expect(code("x")).toEqual({ text: "x", entities: [{ type: "code", offset: 0, length: 1 }] });
  expect(pre("x", "ts")).toEqual({ text: "x", entities: [{ type: "pre", language: "ts", offset: 0, length: 1 }] });
  expect(code(" ")).toEqual({ text: " ", entities: [] });
});

test("joining moves entities and leaves out empty parts", () => {
  expect(join([plain("a"), plain(""), code("😀"), bold("b")], "\n")).toEqual({
    text: "a\n😀\nb",
    entities: [
      { type: "code", offset: 2, length: 2 },
      { type: "bold", offset: 5, length: 1 },
    ],
  });
});

test("styles that would overlap are written so that they nest", () => {
  const built = new TextBuilder()
    .append("a", [{ type: "bold" }])
    .append("b", [{ type: "bold" }, { type: "italic" }])
    .append("c", [{ type: "italic" }])
    .build();
  expect(built).toEqual({
    text: "abc",
    entities: [
      { type: "bold", offset: 0, length: 2 },
      { type: "italic", offset: 1, length: 1 },
      { type: "italic", offset: 2, length: 1 },
    ],
  });
});

test("neighbouring text of the same style is one entity, and the same style does not nest", () => {
  const built = new TextBuilder()
    .append("a", [{ type: "bold" }])
    .append("b", [{ type: "bold" }, { type: "bold" }])
    .build();
  expect(built.entities).toEqual([{ type: "bold", offset: 0, length: 2 }]);
});
