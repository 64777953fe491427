import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listEngineIds } from "../../../src/app/engines/engine-ids.ts";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "takopi-engine-ids-"));
  await mkdir(join(root, "bin"));
  await writeFile(join(root, "bin/gemini"), "#!/bin/sh\n");
  await chmod(join(root, "bin/gemini"), 0o755);
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

describe("listEngineIds", () => {
  it("names the engines of this program, and of those that need no table only what is installed", async () => {
    const ids = await listEngineIds({ plugins: [], configDir: root, path: join(root, "bin") });
    expect(ids).toContain("claude");
    expect(ids).toContain("acp");
    expect(ids).toContain("gemini");
    expect(ids).not.toContain("copilot");
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("names a plugin that can't be loaded as it was named", async () => {
    expect(await listEngineIds({ plugins: ["./none.mjs"], configDir: root, path: "" })).toContain("./none.mjs");
  });
});
