import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { approvalInput } from "../../../runners/pi/approval-input.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "takopi-pi-approval-"));
  await writeFile(join(cwd, "a.txt"), "one\ntwo\nthree\n");
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function diffOf(tool: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
  return (await approvalInput(tool, args, cwd))["diff"];
}

const edit = (oldText: string, newText: string): unknown => ({ oldText, newText });

describe("what is shown before an approval", () => {
  it("of a command is the command, and where it runs", async () => {
    expect(await approvalInput("bash", { command: "ls" }, cwd)).toEqual({ command: "ls", cwd });
  });

  it("of an edit is the change within the file, beside what the model sent", async () => {
    const args = { path: "a.txt", edits: [edit("three", "3"), edit("one\n", "")] };
    const diff = "--- a.txt\n+++ a.txt\n@@ -1,3 +1,2 @@\n-one\n two\n-three\n+3\n";
    expect(await approvalInput("edit", args, cwd)).toEqual({ ...args, cwd, diff });
    expect(await diffOf("edit", { path: "a.txt", oldText: "two", newText: "2" })).toContain("-two\n+2\n");
  });

  it.each([
    ["is not in the file", [edit("four", "4")], "-four\n+4\n"],
    ["overlaps another one", [edit("two", "2"), edit("two\nthree", "3")], "-two\n+2\n"],
    ["is of nothing", [edit("", "0")], "+0\n"],
  ])("of an edit that %s is what is to be replaced", async (_, edits, shown) => {
    expect(await diffOf("edit", { path: "a.txt", edits })).toContain(shown);
    expect(await diffOf("edit", { path: "missing.txt", edits })).toContain(shown);
  });

  it("of a write tells a new file from one that is replaced, also outside of the directory", async () => {
    const content = "one\n2\nthree\n";
    expect(await diffOf("write", { path: "a.txt", content })).toContain("@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
    expect(await diffOf("write", { path: "b.txt", content: "new\n" })).toBe(
      "--- /dev/null\n+++ b.txt\n@@ -0,0 +1,1 @@\n+new\n",
    );
    const path = join(cwd, "a.txt");
    expect(await diffOf("write", { path, content })).toContain(`--- ${path}\n`);
  });

  it("of a write over what can't be compared does not look like a new file", async () => {
    await writeFile(join(cwd, "big.txt"), "x\n".repeat(1_000_000));
    expect(await diffOf("write", { path: "big.txt", content: "new\n" })).toBe(
      "--- big.txt\n+++ big.txt\n@@ -0,0 +1,1 @@\n+new\n",
    );
    expect(await diffOf("write", { path: ".", content: "new\n" })).toContain("--- .\n");
  });

  it("of other tools is what they were given", async () => {
    expect(await approvalInput("read", { path: "a.txt" }, cwd)).toEqual({ path: "a.txt", cwd });
    expect(await approvalInput("edit", { path: 7, edits: "odd" }, cwd)).toEqual({ path: 7, edits: "odd", cwd });
  });
});
