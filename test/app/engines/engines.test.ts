import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineVersion, loadEngines, type Engines, type EnginesInput } from "../../../src/app/engines/engines.ts";
import { findResume } from "../../../src/runner/resume-line.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";

const zodUrl = import.meta.resolve("zod");
let root: string;

/** Three engines: one with a program, one inside the program, one that needs settings. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "takopi-engines-"));
  await put(
    "runners/alpha/index.js",
    engineSource(
      "alpha",
      `z.strictObject({ command: z.string().optional(), model: z.string().optional() })`,
      "alpha-cli",
    ),
  );
  await put("runners/inside/index.js", engineSource("inside", "z.strictObject({})"));
  await put("runners/generic/index.js", engineSource("generic", "z.strictObject({ command: z.array(z.string()) })"));
  await put("bin/alpha-cli", "#!/bin/sh\necho 'alpha-cli 1.20.3 (build 7)'\n");
  await chmod(join(root, "bin/alpha-cli"), 0o755);
  await put("bin/not-a-program", "text");
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

describe("loadEngines", () => {
  it("finds the programs of its engines, and leaves out engines that need settings and have none", async () => {
    const engines = await load();
    expect(engines.all).toEqual([
      expect.objectContaining({ id: "alpha", state: "ready", program: join(root, "bin/alpha-cli") }),
      expect.objectContaining({ id: "inside", state: "ready" }),
    ]);
    expect(engines.environment("alpha")).toEqual(["ALPHA_*"]);
  });

  it("says how to install a program that is missing, and still reads its resume lines", async () => {
    const engines = await load({ env: { PATH: "/nowhere" } });
    expect(engines.all[0]).toMatchObject({
      id: "alpha",
      state: "missing",
      problem: "alpha-cli was not found; install it with: npm i alpha-cli",
    });
    expect(engines.runner("alpha")).toBeUndefined();
    expect(findResume("alpha --resume x", engines.runners)).toEqual({ engine: "alpha", value: "x" });
  });

  it("looks for the command of the table, relative to the configuration when it is a path", async () => {
    const alpha = async (command: string): Promise<unknown> => (await load({ tables: { alpha: { command } } })).all[0];
    expect(await alpha("./bin/alpha-cli")).toMatchObject({ state: "ready", program: join(root, "bin/alpha-cli") });
    expect(await alpha("other-cli")).toMatchObject({
      state: "missing",
      problem: expect.stringContaining("other-cli was not found"),
    });
    expect(await alpha("./bin/not-a-program")).toMatchObject({
      state: "missing",
      problem: expect.stringContaining("chmod +x"),
    });
  });

  it("reports a mistake in one table and keeps the other engines working", async () => {
    const engines = await load({ tables: { alpha: { model: 5 } } });
    expect(engines.all.map(({ state }) => state)).toEqual(["misconfigured", "ready"]);
    expect(engines.all[0]?.problem).toMatch(/^\[alpha\] has a mistake: model: /u);
    expect(engines.runner("alpha")).toBeUndefined();
    expect(findResume("alpha --resume x", engines.runners)?.engine).toBe("alpha");
  });

  it("makes the engines the user defines, under their own names", async () => {
    const engines = await load({
      defined: { mine: { kind: "generic" }, second: { kind: "nothing" }, alpha: {} },
      tables: { mine: { kind: "generic", command: ["alpha-cli", "--acp"] }, alpha: { model: "m" } },
    });
    expect(engines.all).toMatchObject([
      { id: "alpha", state: "ready" },
      { id: "inside", state: "ready" },
      { id: "mine", state: "ready", program: join(root, "bin/alpha-cli") },
      {
        id: "second",
        state: "failed",
        problem: `[engines.second] has kind "nothing", which is none of alpha, generic, inside`,
      },
    ]);
    expect(engines.runner("mine")?.engine).toBe("mine");
  });

  it("makes the variants of a backend that are installed, with their own settings and environment", async () => {
    await put("many.mjs", manySource());
    await put("bin/knot", "#!/bin/sh\n");
    await chmod(join(root, "bin/knot"), 0o755);
    const engines = await load({ plugins: ["./many.mjs"] });
    expect(engines.all.map(({ id }) => id)).toEqual(["alpha", "inside", "knot"]);
    expect(engines.all.at(-1)).toMatchObject({
      state: "ready",
      program: join(root, "bin/knot"),
      installHint: "npm i knot",
    });
    expect(engines.environment("knot")).toEqual(["KNOT_*"]);
    expect(engines.runner("knot")?.formatResume({ engine: "knot", value: "x" })).toBe("knot --resume x");
  });

  it("gives a variant the table of its name, and makes a second one of its kind", async () => {
    await put("many.mjs", manySource());
    const engines = await load({
      plugins: ["./many.mjs"],
      defined: { loop: { kind: "many" }, mine: { kind: "loop" }, alpha: { kind: "many" } },
      tables: {
        loop: { kind: "many", mode: "fast" },
        mine: { kind: "loop", speed: 1 },
        alpha: { kind: "many", command: ["knot"] },
      },
    });
    expect(engines.all).toMatchObject([
      { id: "alpha", state: "ready", program: join(root, "bin/knot") },
      { id: "inside" },
      { id: "knot", state: "ready" },
      { id: "loop", state: "missing", problem: "loop was not found; install it with: npm i loop" },
      { id: "mine", state: "misconfigured", problem: expect.stringContaining("[engines.mine] has a mistake") },
    ]);
  });

  it("keeps a variant behind an engine of the same name", async () => {
    await put("rival.mjs", manySource("rival", "inside"));
    await put("bin/inside", "#!/bin/sh\n");
    await chmod(join(root, "bin/inside"), 0o755);
    const engines = await load({ plugins: ["./rival.mjs"] });
    expect(engines.all.find(({ id }) => id === "inside")).not.toHaveProperty("program");
  });

  it("adds plugins, and reports those that are broken or take the name of another engine", async () => {
    await put("taken.mjs", engineSource("inside", "z.strictObject({})"));
    const piLike = fileURLToPath(new URL("../../../fixtures/plugins/pi-like.mjs", import.meta.url));
    const engines = await load({ plugins: [piLike, "./taken.mjs", "./none.mjs"] });
    expect(engines.all).toMatchObject([
      { id: "./none.mjs", state: "failed", problem: expect.stringContaining("does not exist") },
      { id: "./taken.mjs", state: "failed", problem: expect.stringContaining("the id of another engine, inside") },
      { id: "alpha", state: "ready" },
      { id: "inside", state: "ready" },
      { id: "pi-like", state: "missing" },
    ]);
  });

  it("reports a backend that can't make its runner", async () => {
    await put(
      "thrower.mjs",
      `export const backend = { id: "thrower", createRunner() { throw new Error("no key"); } };`,
    );
    const engines = await load({ plugins: ["./thrower.mjs"] });
    expect(engines.all.at(-1)).toEqual({ id: "thrower", state: "failed", problem: "thrower can't be used: no key" });
  });

  it("enforces the contract on the runners it hands out", async () => {
    const engines = await loadEngines({
      configDir: root,
      table: () => ({ speed: 0 }),
      plugins: [],
      defined: {},
      runnersDir: mockOnly(),
    });
    const runner = engines.runner("mock");
    if (runner === undefined) throw new Error("no mock engine");
    const events = await collect(runner.run(runRequest({ prompt: "crash" }), createTestHost()));
    expect(completedOf(events)).toMatchObject({ ok: false, error: "mock was told to crash" });
  });
});

describe("engineVersion", () => {
  it("reads the version out of what the program prints", async () => {
    const [alpha] = (await load()).all;
    expect(alpha && (await engineVersion(alpha))).toBe("1.20.3");
  });

  it("knows none for an engine without a program", async () => {
    expect(await engineVersion({ id: "inside", state: "ready" })).toBeUndefined();
  });
});

function load(
  options: Partial<EnginesInput> & { readonly tables?: Readonly<Record<string, unknown>> } = {},
): Promise<Engines> {
  const { tables = {}, ...more } = options;
  return loadEngines({
    configDir: root,
    table: (id) => tables[id],
    plugins: [],
    defined: {},
    env: { PATH: join(root, "bin") },
    runnersDir: join(root, "runners"),
    ...more,
  });
}

function mockOnly(): URL {
  return new URL("../../../runners", import.meta.url);
}

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** A backend that needs a command, and knows two programs. */
function manySource(id = "many", known = "knot"): string {
  const schema = "z.strictObject({ command: z.array(z.string()), mode: z.string().optional() })";
  const variant = (name: string): string =>
    `{ id: "${name}", program: { command: "${name}", installHint: "npm i ${name}" }, environment: ["${name.toUpperCase()}_*"],
       settings: { command: ["${name}", "acp"] } }`;
  return engineSource(id, schema).replace(
    "createRunner",
    `variants: [${variant(known)}, ${variant("loop")}], createRunner`,
  );
}

function engineSource(id: string, schema: string, command?: string): string {
  const program = command === undefined ? "" : `program: { command: "${command}", installHint: "npm i ${command}" },`;
  return `import { z } from "${zodUrl}";
    export const backend = {
      id: "${id}", ${program} environment: ["${id.toUpperCase()}_*"], configSchema: ${schema},
      createRunner: (_config, { engine }) => ({
        engine, capabilities: {}, run: async function* () {},
        formatResume: (token) => engine + " --resume " + token.value,
        extractResume: (text) => ({ engine, value: text.split(" ")[2] }),
        isResumeLine: (line) => line.startsWith(engine + " --resume "),
      }),
    };`;
}
