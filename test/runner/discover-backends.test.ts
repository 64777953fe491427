import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { discoverBackends, loadPluginBackend } from "../../src/runner/discover-backends.ts";

const plugins = fileURLToPath(new URL("../../fixtures/plugins", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "takopi-backends-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("discoverBackends", () => {
  it("finds the engines of this program", async () => {
    const found = await discoverBackends(new URL("../../runners", import.meta.url));
    const mock = found.find((each) => each.kind === "backend" && each.backend.id === "mock");
    expect(mock).toBeDefined();
  });

  it("lists folders with an index file by name, and passes over everything else", async () => {
    const root = await folderWith({
      "b/index.js": backendSource("b"),
      "a/index.js": backendSource("a"),
      "notes/readme.md": "",
      "file.js": "",
    });
    expect((await discoverBackends(root)).map(nameOf)).toEqual(["a", "b"]);
  });

  it("prefers the built file", async () => {
    const root = await folderWith({ "a/index.js": backendSource("a"), "a/index.ts": "throw new Error('source')" });
    expect((await discoverBackends(root)).map(nameOf)).toEqual(["a"]);
  });

  it.each([
    ["throws when loaded", "throw new Error('no luck')", /no luck/u],
    ["has a syntax error", "export const = 3", /can't be loaded/u],
    ["exports no backend", "export const other = 1", /exports no usable backend/u],
    ["has no createRunner", `export const backend = { id: "a" }`, /createRunner/u],
    ["has another id than its folder", backendSource("z"), /calls itself z/u],
  ])("reports a folder that %s and keeps the others", async (_what, source, problem) => {
    const root = await folderWith({ "a/index.js": source, "b/index.js": backendSource("b") });
    const [broken, good] = await discoverBackends(root);
    expect(broken).toMatchObject({ kind: "broken", id: "a", problem: expect.stringMatching(problem) });
    expect(good).toMatchObject({ kind: "backend", backend: { id: "b" } });
  });
});

describe("loadPluginBackend", () => {
  it.each([
    ["a relative path", "./pi-like.mjs", plugins],
    ["a relative path without a dot", "plugins/pi-like.mjs", dirname(plugins)],
    ["an absolute path", join(plugins, "pi-like.mjs"), "/"],
  ])("loads one plain JavaScript file by %s", async (_what, spec, configDir) => {
    const loaded = await loadPluginBackend(spec, configDir);
    expect(loaded).toMatchObject({ kind: "backend", backend: { id: "pi-like", environment: ["PI_LIKE_*"] } });
  });

  it("lets a backend without schema take any table", async () => {
    const loaded = await loadPluginBackend("./pi-like.mjs", plugins);
    if (loaded.kind === "broken") throw new Error(loaded.problem);
    expect(loaded.backend.configSchema.parse({ anything: 1 })).toEqual({ anything: 1 });
  });

  it("loads a folder by its index file", async () => {
    const root = await folderWith({ "mine/index.mjs": backendSource("my-engine") });
    expect(nameOf(await loadPluginBackend("./mine", root))).toBe("my-engine");
  });

  it.each([
    ["exports as a text", { exports: "./main.js" }],
    ["conditional exports", { exports: { ".": { types: "./x.d.ts", import: "./main.js" } } }],
    ["main", { main: "main.js" }],
  ])("loads a package beside the configuration by its %s", async (_what, manifest) => {
    const root = await folderWith({
      "node_modules/@me/engine/package.json": JSON.stringify({ name: "@me/engine", type: "module", ...manifest }),
      "node_modules/@me/engine/main.js": backendSource("packaged"),
      "config/takopi.toml": "",
    });
    expect(nameOf(await loadPluginBackend("@me/engine", join(root, "config")))).toBe("packaged");
  });

  it("reports a package whose package.json is broken", async () => {
    const root = await folderWith({ "node_modules/engine/package.json": "{" });
    expect(nameOf(await loadPluginBackend("engine", root))).toMatch(/the package engine can't be read/u);
  });

  it("says what to do when a file or package is not there", async () => {
    expect(await loadPluginBackend("./missing.mjs", "/cfg")).toEqual({
      kind: "broken",
      id: "./missing.mjs",
      problem: "/cfg/missing.mjs does not exist; paths in [plugins] runners are relative to /cfg",
    });
    expect(await loadPluginBackend("takopi-missing", "/cfg")).toMatchObject({
      kind: "broken",
      problem: "the package takopi-missing is not installed; run: npm install --prefix /cfg takopi-missing",
    });
  });
});

function nameOf(found: Awaited<ReturnType<typeof loadPluginBackend>>): string {
  return found.kind === "backend" ? found.backend.id : found.problem;
}

function backendSource(id: string): string {
  return `export const backend = { id: "${id}", createRunner: () => ({}) };`;
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(folder, "case-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}
