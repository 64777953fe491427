// What the documents say works when it is pasted.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { configSchema } from "../../../runners/happy/config.ts";
import { FakeHappy } from "./fake-happy.ts";

const root = resolve(import.meta.dirname, "../../..");
const clientPage = readFileSync(join(root, "docs/happy-client.md"), "utf8");
const enginePage = readFileSync(join(root, "docs/engines/happy.md"), "utf8");
let dir = "";

beforeAll(() => (dir = mkdtempSync(join(tmpdir(), "happy-docs-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The blocks of code of a language, by what stands after it. */
function blocks(page: string, language: string): readonly { readonly mark: string; readonly code: string }[] {
  const found = page.matchAll(new RegExp(`^\`\`\`${language}(?<mark>.*)\\n(?<code>[^]*?)^\`\`\`$`, "gmu"));
  return [...found].map(({ groups }) => ({ mark: (groups?.["mark"] ?? "").trim(), code: groups?.["code"] ?? "" }));
}

/** As a file, with the package's entry in place of its name. */
function written(code: string, name: string): string {
  const path = join(dir, name);
  writeFileSync(path, code.replaceAll('"takopi/happy"', JSON.stringify(join(root, "runners/happy/client/index.ts"))));
  return path;
}

describe("the page of the client", () => {
  it("has examples that compile", () => {
    const examples = blocks(clientPage, "ts");
    expect(examples.length).toBeGreaterThan(4);
    for (const [number, { code }] of examples.entries()) written(code, `example-${number}.ts`);
    const compilerOptions = {
      rootDir: "/",
      typeRoots: [join(root, "node_modules/@types")],
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: false,
      noUnusedLocals: false,
    };
    const config = { extends: join(root, "tsconfig.json"), include: ["*.ts"], compilerOptions };
    writeFileSync(join(dir, "package.json"), '{"type":"module"}');
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", dir], { encoding: "utf8" });
    expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
  }, 120_000);

  it("has an example that runs as it stands", async () => {
    const [example, ...others] = blocks(clientPage, "ts").filter(({ mark }) => mark === "example");
    expect(others).toEqual([]);
    const happy = await FakeHappy.start();
    const { token, secretB64 } = happy.account;
    vi.stubEnv("HAPPY_SERVER_URL", happy.server.url).stubEnv("HAPPY_TOKEN", token).stubEnv("HAPPY_SECRET", secretB64);
    const printed: unknown[][] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...words: unknown[]) => void printed.push(words));
    try {
      await import(pathToFileURL(written(example?.code ?? "", "run.ts")).href);
    } finally {
      log.mockRestore();
      vi.unstubAllEnvs();
      await happy.close();
    }
    expect(printed).toEqual([["completed", "Hello"], ["4 messages"]]);
    expect(happy.session.isConnected).toBe(false);
  });
});

describe("the page of the engine", () => {
  const tables = z.record(z.string(), z.looseObject({ kind: z.literal("happy") }));

  it("has a configuration that is taken as it stands", () => {
    const [toml] = blocks(enginePage, "toml");
    const { engines } = z.object({ engines: tables }).parse(parse(toml?.code ?? ""));
    expect(Object.keys(engines)).toEqual(["laptop", "workstation"]);
    for (const { kind: _, ...table } of Object.values(engines))
      expect(configSchema.safeParse(table).error).toBeUndefined();
  });

  it("has every key, and none that does not exist", () => {
    const optional = ["server_url", "model", "effort", "credentials", "secret", "token", "timeout_s"];
    const known = [...Object.keys(configSchema.parse({ machine: "m", directory: "/d" })), ...optional];
    // The rows of its first table.
    const table = enginePage.slice(enginePage.indexOf("| key |"), enginePage.indexOf("`directory` is required"));
    const rows = [...table.matchAll(/^\| (?<keys>`[^|]+`) \|/gmu)].map(({ groups }) => groups?.["keys"] ?? "");
    const documented = rows.flatMap((keys) => keys.replaceAll("`", "").split(", "));
    expect(documented.toSorted((a, b) => a.localeCompare(b))).toEqual(known.toSorted((a, b) => a.localeCompare(b)));
  });
});
