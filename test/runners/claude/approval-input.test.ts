import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approvalInput } from "../../../runners/claude/approval-input.ts";

let cwd: string;
let path: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "takopi-input-"));
  path = join(cwd, "notes.txt");
  await writeFile(path, "one\ntwo\none\n");
});

afterAll(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function diffOf(tool: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
  const shown = await approvalInput({ tool, input, cwd });
  expect(shown).toMatchObject(input);
  expect(shown["path"]).toBe(input["file_path"]);
  return shown["diff"];
}

describe("what is shown of a tool call that needs an approval", () => {
  it("is a command with the directory it runs in", async () => {
    const input = { command: "touch a", description: "Make a file" };
    expect(await approvalInput({ tool: "Bash", input, cwd })).toEqual({ ...input, cwd });
  });

  it("is the input as it is, for a tool that is not known", async () => {
    const input = { url: "https://example.com", path: 7 };
    expect(await approvalInput({ tool: "mcp__lab__ping", input, cwd })).toEqual(input);
  });

  it("is the change of the file by an edit", async () => {
    const edit = { file_path: path, old_string: "two", new_string: "2\n$&" };
    expect(await diffOf("Edit", edit)).toBe(`--- ${path}\n+++ ${path}\n@@ -1,3 +1,4 @@\n one\n-two\n+2\n+$&\n one\n`);
    const everywhere = { file_path: path, old_string: "one", new_string: "1", replace_all: true };
    expect(await diffOf("Edit", everywhere)).toContain("-one\n+1\n two\n-one\n+1\n");
  });

  it("is the change by several edits one after another", async () => {
    const edits = [
      { old_string: "one\ntwo", new_string: "1" },
      { old_string: "1\n", new_string: "first\n" },
    ];
    expect(await diffOf("MultiEdit", { file_path: path, edits })).toContain("-one\n-two\n+first\n one\n");
  });

  it("is the passage alone where the edit does not find its place, or the file is none", async () => {
    const edit = { old_string: "three", new_string: "3" };
    const passage = "@@ -1,1 +1,1 @@\n-three\n\\ No newline at end of file\n+3\n\\ No newline at end of file\n";
    expect(await diffOf("Edit", { file_path: path, ...edit })).toContain(passage);
    expect(await diffOf("Edit", { file_path: cwd, ...edit })).toContain(passage);
  });

  it("is what writing does to the file that is there, or that is new", async () => {
    expect(await diffOf("Write", { file_path: path, content: "one\ntwo\n" })).toContain(" two\n-one\n");
    const fresh = join(cwd, "fresh.txt");
    expect(await diffOf("Write", { file_path: fresh, content: "x\n" })).toBe(
      `--- /dev/null\n+++ ${fresh}\n@@ -0,0 +1,1 @@\n+x\n`,
    );
  });

  it("is the path of a file that is read, or of a notebook", async () => {
    expect(await diffOf("Read", { file_path: path })).toBeUndefined();
    const input = { notebook_path: "/a.ipynb", new_source: "1" };
    expect(await approvalInput({ tool: "NotebookEdit", input, cwd })).toEqual({ ...input, path: "/a.ipynb" });
  });
});
