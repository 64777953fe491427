import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { capabilityNames } from "../../src/runner/describe-capabilities.ts";
import { discoverBackends } from "../../src/runner/discover-backends.ts";
import type { Capabilities, Runner } from "../../src/runner/runner.ts";

const runners = fileURLToPath(new URL("../../runners", import.meta.url));

/** Ways to run an engine in which it can do other things than by default. */
const modes: readonly { readonly engine: string; readonly table: Readonly<Record<string, unknown>> }[] = [
  { engine: "codex", table: { mode: "exec" } },
  { engine: "opencode", table: { mode: "run" } },
  { engine: "pi", table: { mode: "print" } },
  { engine: "pi", table: { ask_before: [] } },
];

/** Engines that can't do without a table. */
const tables: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  happi: { command: ["my-runtime"] },
  happy: { server_url: "https://happy.example", machine: "desk", directory: "/code", agent: "claude" },
};

it("the table of what engines can do is that of their data (npx vitest run test/docs -u writes it)", async () => {
  await expect(await page()).toMatchFileSnapshot("../../docs/capabilities.md");
});

async function page(): Promise<string> {
  const rows = await engineRows();
  const head = ["engine", ...capabilityNames.map(({ name }) => name)];
  return [
    "# What each engine can do",
    "",
    "The chat offers only what is true here; `takopi engines` shows the same of what is installed. This page is made from the engines'",
    "own data by a test.",
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(({ name, capabilities }) =>
      line([`\`${name}\``, ...capabilityNames.map(({ key }) => cell(capabilities[key]))]),
    ),
    "",
    ...capabilityNames.map(({ name, meaning }) => `- **${name}**: ${meaning}`),
    "",
  ].join("\n");
}

async function engineRows(): Promise<readonly { readonly name: string; readonly capabilities: Capabilities }[]> {
  const found = (await discoverBackends(runners)).map((source) => {
    if (source.kind === "broken") throw new Error(source.problem);
    return source.backend;
  });
  const ids = found.map(({ id }) => id);
  return found.flatMap((backend) => {
    const create = (id: string, table: Readonly<Record<string, unknown>>): Runner =>
      backend.createRunner(table, { engine: id, configDir: "/" });
    const own = backend.configSchema.safeParse(tables[backend.id] ?? {}).success
      ? [{ name: backend.id, capabilities: create(backend.id, tables[backend.id] ?? {}).capabilities }]
      : [];
    const others = modes
      .filter(({ engine }) => engine === backend.id)
      .map(({ table }) => ({
        name: `${backend.id}, ${shown(table)}`,
        capabilities: create(backend.id, table).capabilities,
      }));
    const variants = (backend.variants ?? [])
      .filter(({ id }) => !ids.includes(id))
      .map(({ id, settings }) => ({ name: id, capabilities: create(id, settings).capabilities }));
    return [...own, ...others, ...variants];
  });
}

function shown(table: Readonly<Record<string, unknown>>): string {
  return Object.entries(table)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join(", ");
}

function cell(value: boolean | readonly string[]): string {
  if (typeof value === "boolean") return value ? "✓" : "";
  return value.join(", ");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
