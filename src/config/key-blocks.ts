import type { TextSpan } from "./text-span.ts";

const BEGIN = /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
/** Of a key rather than of words about keys: it begins on a line of its own, or has what no word has. */
const KEY_TEXT = /^[ \t]*(?:\r?\n|\\[nr])|[A-Za-z0-9+/]{16}/;
/** What may follow where the end is missing, because a tool showed the beginning only. */
const CUT_BODY = /(?:(?:\s|\\[nr])+[A-Za-z0-9+/=]{16,})*(?:(?:\s|\\[nr])+[A-Za-z0-9+/=]+$)?/y;
const MAX_KEY_CHARS = 20_000;

/** Private keys in their textual form (RFC 7468), with their first and last line. Each END belongs to the BEGIN before it. */
export function findKeyBlocks(text: string): readonly TextSpan[] {
  if (!text.includes("-----BEGIN ")) return [];
  const begins = [...text.matchAll(BEGIN)].map(({ index, 0: { length } }) => ({ from: index, to: index + length }));
  const ends = [...text.matchAll(END)].map(({ index, 0: { length } }) => ({ from: index, to: index + length }));
  let nextEnd = 0;
  return begins.flatMap((begin, index) => {
    while ((ends[nextEnd]?.from ?? text.length) < begin.to) nextEnd += 1;
    const end = ends[nextEnd];
    const limit = Math.min(begins[index + 1]?.from ?? text.length, begin.to + MAX_KEY_CHARS);
    if (end === undefined || end.from > limit) return cutBlock(text, begin);
    return KEY_TEXT.test(text.slice(begin.to, end.from)) ? [{ from: begin.from, to: end.to }] : [];
  });
}

function cutBlock(text: string, begin: TextSpan): readonly TextSpan[] {
  CUT_BODY.lastIndex = begin.to;
  const to = begin.to + (CUT_BODY.exec(text)?.[0].length ?? 0);
  return to > begin.to ? [{ from: begin.from, to }] : [];
}
