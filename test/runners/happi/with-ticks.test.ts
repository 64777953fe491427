import { describe, expect, it } from "vitest";
import { withTicks } from "../../../runners/happi/with-ticks.ts";

interface Item {
  readonly name: string;
}

const never = new Promise<never>(() => {});

async function* items(names: readonly string[], end: Promise<void> = Promise.resolve()): AsyncGenerator<Item> {
  for (const name of names) yield { name };
  await end;
}

async function namesOf(ticked: AsyncIterable<Item | undefined>): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const item of ticked) names.push(item?.name ?? "tick");
  return names;
}

describe("ticks among items", () => {
  it("come only when they are wanted", async () => {
    const ticked = withTicks(items(["a", "b"]), { isWanted: () => false, afterMs: 0 });
    expect(await namesOf(ticked)).toEqual(["a", "b"]);
  });

  it("come while the next item is long in coming, and once for each wish", async () => {
    const seen: string[] = [];
    let release = (): void => {};
    const end = new Promise<void>((resolve) => (release = resolve));
    const isWanted = (): boolean => seen.length > 0 && seen.length < 4;
    for await (const item of withTicks(items(["a"], end), { isWanted, afterMs: 1 })) {
      seen.push(item?.name ?? "tick");
      if (seen.length === 4) release();
    }
    expect(seen).toEqual(["a", "tick", "tick", "tick"]);
  });

  it("may be left while an item is waited for", async () => {
    const ticked = withTicks(items(["a"], never), { isWanted: () => true, afterMs: 1 });
    for await (const item of ticked) if (item === undefined) break;
    expect(await ticked.next()).toEqual({ done: true, value: undefined });
  });

  it("do not hide that the source failed", async () => {
    const failing = items(["a"], Promise.reject(new Error("broken")));
    await expect(namesOf(withTicks(failing, { isWanted: () => true, afterMs: 60_000 }))).rejects.toThrow("broken");
  });
});
