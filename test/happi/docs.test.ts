import { readFile } from "node:fs/promises";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { configSchema } from "../../runners/happi/config.ts";
import { readEnvelope } from "../../src/happi/envelope.ts";
import { readFirstArgument } from "../../src/happi/first-argument.ts";
import { readRunFlags } from "../../src/happi/run-flags.ts";
import { Client } from "./client.ts";
import { readEvents } from "./conformance.ts";

const page = await readFile(new URL("../../docs/engines/takopi-happi.md", import.meta.url), "utf8");

function blocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "gu"))].map(([, text = ""]) => text);
}

const envelopes = blocks("sh").map(
  (block) => /^echo '(?<line>.*)' \| takopi happi$/mu.exec(block)?.groups?.["line"] ?? "",
);

describe("the page about this runtime", () => {
  it("has envelopes that can be pasted", () => {
    const incoming = envelopes.map((text) => readEnvelope({ kind: "line", text }));
    expect(incoming.map(({ kind }) => kind)).toEqual(["request", "request"]);
    for (const each of incoming) {
      if (each.kind === "request") expect(readRunFlags(each.envelope.flags)).toBeTypeOf("object");
    }
  });

  it("says truly what the first one is answered with", async () => {
    const client = new Client();
    client.input.write(`${envelopes[0] ?? ""}\n`);
    const shown = readEvents(blocks("json")[0] ?? "");
    const events = await client.events();
    expect(events.map((event) => ({ ...event, ts: 0 }))).toEqual(shown.map((event) => ({ ...event, ts: 0 })));
  });

  it("has messages that make a prompt, and an engine without a mistake", () => {
    expect(readFirstArgument(JSON.parse(blocks("json")[1] ?? ""))).toHaveProperty("prompt", "Who am I?");
    const tables = z.object({ engines: z.record(z.string(), z.looseObject({ kind: z.literal("happi") })) });
    const { kind: _kind, ...table } = tables.parse(parse(blocks("toml")[0] ?? "")).engines["remote"] ?? {};
    expect(configSchema.safeParse(table).success).toBe(true);
  });

  it("names every flag and every code", async () => {
    for (const flag of ["cwd", "resume", "model", "effort", "approvals"]) expect(page).toContain(`| \`${flag}\` |`);
    const source = await readFile(new URL("../../src/happi/happi-event.ts", import.meta.url), "utf8");
    const codes = [...source.matchAll(/^ +\| "(?<code>\w+)"/gmu)].map(({ groups }) => groups?.["code"] ?? "");
    expect(codes.length).toBeGreaterThan(5);
    for (const code of codes) expect(page).toContain(`| \`${code}\` |`);
  });
});
