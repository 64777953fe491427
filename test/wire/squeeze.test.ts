import { expect, test } from "vitest";
import { createSqueezer } from "../../src/wire/squeeze.ts";
import { createRandom, inPieces } from "./random.ts";

const keptAtLeast = 32 * 1024;

/** Pieces of JSON strings that must not be torn apart, as they stand in the text. */
const tokens = [
  "a",
  "ü",
  "€",
  "🐙",
  "\\\\",
  '\\"',
  "\\n",
  "\\u00e9",
  "\\ud83d\\udc19",
  "\\uD83D\\uDC19",
  "\\/",
  "u",
  "d83d",
];

async function squeeze(json: string, random: (below: number) => number): Promise<string> {
  const squeezer = createSqueezer(1 << 23);
  for await (const piece of inPieces(Buffer.from(json), 1 + random(50_000), random)) squeezer.append(piece);
  const squeezed = squeezer.finish();
  if (!squeezed.fits) throw new Error("the line did not fit");
  return squeezed.bytes.toString("utf8");
}

function randomContent(bytes: number, random: (below: number) => number): string {
  const chosen = Array.from({ length: 1 + random(tokens.length) }, () => tokens[random(tokens.length)] ?? "");
  let content = "";
  while (content.length < bytes) content += chosen[random(chosen.length)];
  return content;
}

test("squeezed JSON is valid, short strings are whole, long ones keep both ends and no half characters", async () => {
  const random = createRandom(2);
  for (let round = 0; round < 60; round += 1) {
    const long = randomContent(100_000 + random(300_000), random);
    const short = randomContent(random(16_000), random);
    const json = `{"a":["${short}",{"${short}":"${long}"},-1.5e3,""],"b":"${long}","c":"${short}"}`;
    const squeezed = JSON.parse(await squeeze(json, random));
    const original = JSON.parse(json);
    expect(squeezed.a[0] === original.a[0] && squeezed.c === original.c).toBe(true);
    expect(squeezed.a.slice(2)).toEqual([-1500, ""]);
    expect(cutIsClean(Object.values(squeezed.a[1])[0], original.b)).toBe(true);
    expect(cutIsClean(squeezed.b, original.b)).toBe(true);
  }
});

function cutIsClean(squeezed: unknown, original: string): boolean {
  if (typeof squeezed !== "string" || /\p{Surrogate}/u.test(squeezed) || squeezed.includes("\uFFFD")) return false;
  if (squeezed === original) return Buffer.byteLength(JSON.stringify(original)) < 160_000;
  const [head = "", tail = ""] = squeezed.split(/…\[\d+ [KM]B cut\]…/);
  const minChars = keptAtLeast / 12 - 1;
  return head.length >= minChars && tail.length >= minChars && original.startsWith(head) && original.endsWith(tail);
}

test("what is kept of a string does not grow with the string", async () => {
  const random = createRandom(3);
  const squeezed = await squeeze(JSON.stringify("x".repeat(10 << 20)), random);
  expect(squeezed.length).toBeLessThan(140_000);
});

test("many long strings in one line are each cut", async () => {
  const random = createRandom(4);
  const squeezed = await squeeze(JSON.stringify(Array.from({ length: 40 }, () => "x".repeat(500_000))), random);
  const strings: readonly string[] = JSON.parse(squeezed);
  expect(strings).toHaveLength(40);
  expect(strings.every((text) => /^x{32000,}…\[\d+ KB cut\]…x{32000,}$/.test(text))).toBe(true);
});
