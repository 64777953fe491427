import { expect, it } from "vitest";
import { memoryStore } from "./factories.ts";

it("a fact is what was set last", () => {
  const store = memoryStore();
  expect(store.getFact("version")).toBeUndefined();
  store.setFact("version", "1");
  store.setFact("version", "");
  expect(store.getFact("version")).toBe("");
});
