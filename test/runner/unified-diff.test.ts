import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../src/runner/unified-diff.ts";

function hunks(before: string | undefined, after: string): readonly string[] {
  const diff = unifiedDiff({ path: "a.txt", ...(before === undefined ? {} : { before }), after });
  return diff.split("\n").slice(2, -1);
}

/** What the diff makes of a text, as `patch` would. */
function patched(before: readonly string[], diff: readonly string[]): readonly string[] {
  const after: string[] = [];
  let at = 0;
  for (const line of diff) {
    const start = /^@@ -(\d+),(\d+)/u.exec(line);
    if (start !== null) {
      const from = Number(start[1]) - (start[2] === "0" ? 0 : 1);
      after.push(...before.slice(at, from));
      at = from;
      continue;
    }
    if (line.startsWith("+")) after.push(line.slice(1));
    else {
      expect(before[at]).toBe(line.slice(1));
      if (line.startsWith(" ")) after.push(line.slice(1));
      at += 1;
    }
  }
  return [...after, ...before.slice(at)];
}

describe("a unified diff", () => {
  it("shows a new file as added lines", () => {
    expect(unifiedDiff({ path: "a.txt", after: "one\ntwo\n" })).toBe(
      "--- /dev/null\n+++ a.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n",
    );
  });

  it("shows what changed with three lines around it, near changes in one piece", () => {
    const before = "a\nb\nc\nd\ne\nf\ng\nh\n";
    expect(hunks(before, before.replace("e", "E"))).toEqual([
      "@@ -2,7 +2,7 @@",
      " b",
      " c",
      " d",
      "-e",
      "+E",
      " f",
      " g",
      " h",
    ]);
    expect(hunks(before, before.replace("a", "A").replace("h", "H"))).toHaveLength(11);
    const far = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
    const both = hunks(far, far.replace("line 0\n", "first\n").replace("line 19", "last"));
    expect(both.filter((line) => line.startsWith("@@"))).toEqual(["@@ -1,4 +1,4 @@", "@@ -17,4 +17,4 @@"]);
  });

  it("keeps what is the same between changes that are close", () => {
    expect(hunks("a\nb\nc\nd\ne\n", "a\nB\nc\nD\ne\n")).toEqual([
      "@@ -1,5 +1,5 @@",
      " a",
      "-b",
      "+B",
      " c",
      "-d",
      "+D",
      " e",
    ]);
  });

  it("tells a new file from one that was empty, and counts empty lines", () => {
    expect(unifiedDiff({ path: "a", after: "one\n\n" })).toBe("--- /dev/null\n+++ a\n@@ -0,0 +1,2 @@\n+one\n+\n");
    expect(unifiedDiff({ path: "a", before: "", after: "one" })).toBe("--- a\n+++ a\n@@ -0,0 +1,1 @@\n+one\n");
  });

  it("does not tell whether the last line ends with a line break", () => {
    expect(unifiedDiff({ path: "a", before: "one", after: "one\n" })).toBe("");
  });

  it("is empty when nothing changes, and all removed for an emptied file", () => {
    expect(unifiedDiff({ path: "a.txt", before: "same\n", after: "same\n" })).toBe("");
    expect(hunks("one\ntwo\n", "")).toEqual(["@@ -1,2 +0,0 @@", "-one", "-two"]);
  });

  it("makes the new text of the old one, whatever they are", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let round = 0; round < 200; round += 1) {
      const [before, after] = [0, 0].map(() => Array.from({ length: random(30) }, () => `${random(5)}`));
      if (before === undefined || after === undefined) throw new Error("no texts");
      const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
      expect(patched(before, hunks(text(before), text(after)))).toEqual(after);
    }
  });

  it("takes no long for two big files that have nothing in common", () => {
    const big = (name: string): string => Array.from({ length: 20_000 }, (_, index) => `${name} ${index}\n`).join("");
    expect(hunks(big("old"), big("new"))).toHaveLength(40_001);
  });
});
