import { getTdjson } from "prebuilt-tdlib";
import * as tdl from "tdl";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { BotApiFailure } from "../../../src/local/bot-api-failure.ts";
import type { ApiEntity } from "../../../src/local/bot-api-types.ts";
import { formatText } from "../../../src/local/text/format-text.ts";

// Telegram's own library repairs and refuses entities: the same pairs go through both.
const CASES = 5000;

const TYPES = new Map([
  ["bold", "textEntityTypeBold"],
  ["italic", "textEntityTypeItalic"],
  ["underline", "textEntityTypeUnderline"],
  ["strikethrough", "textEntityTypeStrikethrough"],
  ["spoiler", "textEntityTypeSpoiler"],
  ["code", "textEntityTypeCode"],
  ["pre", "textEntityTypePre"],
  ["text_link", "textEntityTypeTextUrl"],
  ["blockquote", "textEntityTypeBlockQuote"],
  ["expandable_blockquote", "textEntityTypeExpandableBlockQuote"],
]);
// No markup characters, and no blank at an edge: the library's synchronous call reads markup and does not trim.
const ALPHABET = ["a", "b", "c", " ", "\n", "é", "😀", "👨‍👩", "\r", "\t", "\u202a", "z"];

const Reply = z.union([
  z.looseObject({ _: z.literal("error"), message: z.string() }),
  z.looseObject({
    _: z.literal("formattedText"),
    text: z.string(),
    entities: z.array(
      z.looseObject({ offset: z.number(), length: z.number(), type: z.looseObject({ _: z.string() }) }),
    ),
  }),
]);

beforeAll(() => {
  tdl.configure({ tdjson: getTdjson(), verbosityLevel: 0 });
});

test("random texts and entities come out as from Telegram's own library", () => {
  const random = createRandom(20_261_121);
  for (let index = 0; index < CASES; index += 1) {
    const { text, entities } = randomCase(random);
    expect(ours(text, entities), JSON.stringify({ text, entities })).toEqual(theirs(text, entities));
  }
});

function ours(text: string, entities: readonly ApiEntity[]): unknown {
  try {
    const formatted = formatText(text, entities);
    return {
      text: formatted.text,
      entities: formatted.entities.map(({ type, offset, length }) => [TYPES.get(type), offset, length]),
    };
  } catch (error) {
    if (error instanceof BotApiFailure) return error.message;
    throw error;
  }
}

function theirs(text: string, entities: readonly ApiEntity[]): unknown {
  const asked = entities.map(({ type, offset, length }) => ({
    _: "textEntity",
    offset,
    length,
    type: { _: TYPES.get(type), url: "http://a.b/", language: "" },
  }));
  const request = { _: "parseMarkdown", text: { _: "formattedText", text, entities: asked } };
  const reply = Reply.parse(Reflect.apply(tdl.execute, undefined, [request]));
  if (reply._ === "error") return `Bad Request: ${reply.message.charAt(0).toLowerCase()}${reply.message.slice(1)}`;
  return { text: reply.text, entities: reply.entities.map(({ type, offset, length }) => [type._, offset, length]) };
}

type Random = (below: number) => number;

function randomCase(random: Random): { text: string; entities: readonly ApiEntity[] } {
  const middle = Array.from({ length: 1 + random(12) }, () => ALPHABET[random(ALPHABET.length)]);
  const text = `q${middle.join("")}q`;
  const slip = random(20) === 0 ? 2 : 0;
  const entities = Array.from({ length: random(6) }, () => {
    const type = [...TYPES.keys()][random(TYPES.size)] ?? "bold";
    const offset = random(text.length + slip);
    const length = 1 + random(Math.max(1, text.length - offset + slip));
    return { type, offset, length, ...(type === "text_link" ? { url: "http://a.b/" } : {}) };
  });
  return { text, entities };
}

// mulberry32: a failing case is the same on every machine.
function createRandom(start: number): Random {
  let seed = start;
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
