import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { exactDiff } from "../../../runners/claude/exact-diff.ts";

const run = promisify(execFile);
const numbered = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index}\n`).join("");

describe("an exact diff", () => {
  it("shows what changes with three lines around it", () => {
    const before = numbered(10);
    expect(exactDiff({ path: "/a", before, after: before.replace("line 5\n", "other\n") })).toBe(
      "--- /a\n+++ /a\n@@ -3,7 +3,7 @@\n line 2\n line 3\n line 4\n-line 5\n+other\n line 6\n line 7\n line 8\n",
    );
  });

  it("of a new file adds all of it", () => {
    expect(exactDiff({ path: "/a", after: "one\ntwo" })).toBe(
      "--- /dev/null\n+++ /a\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n",
    );
  });

  it("is empty where nothing changes, and for what is no text", () => {
    expect(exactDiff({ path: "/a", before: "x\n", after: "x\n" })).toBe("");
    expect(exactDiff({ path: "/a", before: "x\n", after: "x\0" })).toBe("");
  });

  it("of a very long change says how much it leaves out", () => {
    const diff = exactDiff({ path: "/a", after: numbered(20_000) });
    expect(diff.length).toBeLessThan(51_000);
    expect(diff).toMatch(/\n\\ \d+ more lines\n$/u);
  });

  it("of a long file that changes throughout removes and adds it as a whole", () => {
    const diff = exactDiff({
      path: "/a",
      before: numbered(20_000),
      after: numbered(20_000).replaceAll("line", "row"),
    });
    expect(diff).toContain("-line 0\n");
  });

  it.each([
    ["two places far apart", numbered(40), numbered(40).replace("line 3\n", "").replace("line 30\n", "a\nb\n")],
    ["two places close to each other", numbered(20), numbered(20).replace("line 5", "a").replace("line 9", "b")],
    ["the first and the last line", numbered(30), `a\n${numbered(30).replace("line 29\n", "")}`],
    ["the line break at the end", "a\nb\nc", "a\nb\nc\n"],
    ["the line break at the end, away", "a\nb\nc\n", "a\nb\nc"],
    ["lines that repeat", "a\nb\na\nb\na\n", "b\na\na\nb\nb\n"],
    ["everything", "a\nb\n", "c\n"],
    ["everything, into nothing", "a\nb\n", ""],
    ["nothing, into something", "", "a\nb\n"],
    ["Windows' line breaks", "a\r\nb\r\n", "a\r\nc\r\n"],
  ])("of %s is what git makes the new file of the old one with", async (_, before, after) => {
    const folder = await mkdtemp(join(tmpdir(), "takopi-diff-"));
    try {
      const [path, patch] = [join(folder, "file"), join(folder, "patch")];
      await writeFile(path, before);
      await writeFile(patch, exactDiff({ path: "file", before, after }));
      await run("git", ["apply", "--unsafe-paths", "--whitespace=nowarn", "-p0", "patch"], { cwd: folder });
      expect(await readFile(path, "utf8").catch(() => "")).toBe(after);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
