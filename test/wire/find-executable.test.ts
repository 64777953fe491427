import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findExecutable, listPath } from "../../src/wire/find-executable.ts";

let root = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "takopi-wire-"));
  for (const directory of ["one", "two", "two/engine", "three"]) await mkdir(join(root, directory));
  await writeFile(join(root, "one/engine"), "", { mode: 0o644 });
  await writeFile(join(root, "three/engine"), "", { mode: 0o755 });
});

afterAll(async () => await rm(root, { recursive: true }));

function pathOf(...directories: readonly string[]): string {
  return directories.map((directory) => join(root, directory)).join(":");
}

test("the first executable file on PATH is found, past folders and files that can't be executed", async () => {
  const found = { kind: "found", path: join(root, "three/engine") };
  expect(await findExecutable("engine", pathOf("none", "one", "two", "three"))).toEqual(found);
});

test("a file without the right to be executed is told from a missing one", async () => {
  const path = join(root, "one/engine");
  expect(await findExecutable("engine", pathOf("two", "one"))).toEqual({ kind: "not_executable", path });
  expect(await findExecutable("engine", pathOf("two"))).toEqual({ kind: "not_found" });
  expect(await findExecutable("", pathOf("three"))).toEqual({ kind: "not_found" });
});

test("a command with a slash is a path, whatever PATH says", async () => {
  const path = join(root, "three/engine");
  expect(await findExecutable(path, "")).toEqual({ kind: "found", path });
  expect(await findExecutable(relative(process.cwd(), path), pathOf("one"))).toEqual({ kind: "found", path });
  expect(await findExecutable(join(root, "two/engine"), "")).toEqual({ kind: "not_found" });
});

test("what is in no directory of PATH is ruled out, whatever else is there", async () => {
  const mayBeThere = await listPath(pathOf("none", "one/engine", "two", "three"));
  expect([mayBeThere("engine"), mayBeThere("other")]).toEqual([true, false]);
});

test("a name is not ruled out because of its case, nor a path, nor an empty PATH's current directory", async () => {
  const mayBeThere = await listPath(pathOf("three"));
  expect([mayBeThere("ENGINE"), mayBeThere("./other")]).toEqual([true, true]);
  expect((await listPath(""))("package.json")).toBe(true);
});

test.skipIf(process.getuid?.() === 0)("nothing is ruled out where a directory can't be listed", async () => {
  await chmod(join(root, "two"), 0o311);
  try {
    expect((await listPath(pathOf("two")))("other")).toBe(true);
  } finally {
    await chmod(join(root, "two"), 0o755);
  }
});
