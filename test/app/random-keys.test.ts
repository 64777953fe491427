import { expect, it } from "vitest";
import { newKey } from "../../src/app/random-keys.ts";

it("a name in a button is never the same twice, and any of its 36 characters may stand at any place", () => {
  const keys = Array.from({ length: 5_000 }, newKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((key) => !/^[0-9a-z]{12}$/.test(key))).toEqual([]);
  const seenAt = Array.from({ length: 12 }, (_, place) => new Set(keys.map((key) => key[place])).size);
  expect(seenAt).toEqual(seenAt.map(() => 36));
});
