import { readFile } from "node:fs/promises";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { configSchema } from "../../../runners/happi/config.ts";
import { backend } from "../../../runners/happi/index.ts";
import { createHappiRunner } from "../../../runners/happi/runner.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";

const page = await readFile(new URL("../../../docs/engines/happi.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```toml\n([^]*?)```/gu)].map(([, toml = ""]) => toml);
const fileSchema = z.object({ engines: z.record(z.string(), z.looseObject({ kind: z.literal("happi") })) });

/** The engines of a configuration on the page. */
function enginesIn(toml: string): readonly Runner[] {
  return Object.entries(fileSchema.parse(parse(toml)).engines).map(([engine, { kind: _kind, ...table }]) =>
    createHappiRunner({ engine, config: configSchema.parse(table), configDir: "/" }),
  );
}

describe("the page about HAPPI runtimes", () => {
  it("has configurations without a mistake", () => {
    expect(blocks.flatMap(enginesIn).map(({ engine }) => engine)).toEqual(["parrot", "opus"]);
  });

  it("begins with an engine that works when it is pasted, and says truly what it answers", async () => {
    const [parrot] = enginesIn(blocks[0] ?? "");
    if (parrot === undefined) throw new Error("the page begins with no engine");
    const first = completedOf(await collect(parrot.run(runRequest({ prompt: "hello" }), createTestHost())));
    expect(first).toMatchObject({ ok: true, answer: "hello" });
    const history = [{ prompt: "hello", answer: first.answer }];
    const request = runRequest({ prompt: "again", ...(first.resume && { resume: first.resume }) });
    const second = completedOf(await collect(parrot.run(request, createTestHost({ history }))));
    expect(second).toMatchObject({ ok: true, answer: "hello / hello / again" });
  });

  it("names every key of the table, and every variable that is passed on", () => {
    const keys = ["command", "cmd", "model", "history", "history_turns", "args", "flags", "auth", "env"];
    for (const key of keys) expect(page).toContain(`| \`${key}\` |`);
    for (const name of backend.environment) expect(page).toContain(`\`${name}\``);
  });
});
