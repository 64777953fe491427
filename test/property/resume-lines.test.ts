import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discoverBackends } from "../../src/runner/discover-backends.ts";
import { findResume, stripResumeLines } from "../../src/runner/resume-line.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { anyText, holds, near } from "./check.ts";

/** Engines that can't do without a table. */
const tables: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  happi: { command: ["my-runtime"] },
  happy: { server_url: "https://happy.example", machine: "desk", directory: "/code", agent: "claude" },
};

const runners = await everyRunner();
const uuid = fc.uuid();
/** What the sessions of an engine are called, by what its own recordings show. */
const sessionNames: Readonly<Record<string, fc.Arbitrary<string>>> = {
  opencode: fc.stringMatching(/^ses_[a-zA-Z0-9]{26}$/),
  happi: uuid.map((id) => `happi-${id}`),
};

function sessionOf(engine: string): fc.Arbitrary<string> {
  return sessionNames[engine] ?? uuid;
}

const lines = fc
  .constantFrom(...runners)
  .chain((runner) =>
    sessionOf(runner.engine).map((value) => ({ runner, line: runner.formatResume({ engine: runner.engine, value }) })),
  );

describe.each(runners.map((runner) => ({ engine: runner.engine, runner })))(
  "the resume line of $engine",
  ({ engine, runner }) => {
    const tokens = sessionOf(engine).map((value) => ({ engine, value }));

    it("is recognised as it is printed, plain, in backticks and in any text; the last one counts", () => {
      holds(
        fc.property(tokens, tokens, anyText, (first, last, noise) => {
          const line = runner.formatResume(last);
          expect(line).not.toMatch(/[\n`]/);
          expect(runner.isResumeLine(line)).toBe(true);
          expect(runner.isResumeLine(`\`${line}\``)).toBe(true);
          expect(runner.extractResume(`${runner.formatResume(first)}\n${noise}\n\`${line}\``)).toEqual(last);
          expect(findResume(`${noise}\n${line}`, [runner])).toEqual(last);
        }),
      );
    });

    it("is looked for in any text, and what is found can be printed and found again", () => {
      const words = [
        ...runner.formatResume({ engine, value: "0b9f2c1e-7d7a-4a0b-9b0e-2f6f2d7f9a11" }).split(/(?= )/),
        "--",
        "-",
        "`",
        "\n",
      ];
      holds(
        fc.property(fc.oneof(near(words), anyText), (text) => {
          const found = runner.extractResume(text);
          expect(runner.isResumeLine(text.split("\n").at(-1) ?? "")).toBeTypeOf("boolean");
          if (found === undefined) return;
          expect(found.value).not.toMatch(/^-|\s/);
          expect(runner.extractResume(runner.formatResume(found))).toEqual(found);
        }),
        500,
      );
    });
  },
);

it("a line belongs to at most one of the engines", () => {
  holds(
    fc.property(lines, ({ line, runner }) => {
      const owners = runners.filter((other) => other.isResumeLine(line)).map(({ engine }) => engine);
      expect(owners).toEqual([runner.engine]);
    }),
  );
});

it("a text without resume lines is left as it is, and none is left in any text", () => {
  holds(
    fc.property(anyText, lines, (text, { line }) => {
      const stripped = stripResumeLines(`${text}\n${line}`, runners);
      expect(stripped.split(/\r?\n/).filter((line) => runners.some((other) => other.isResumeLine(line)))).toEqual([]);
      expect(findResume(stripped, runners)).toBeUndefined();
    }),
  );
});

async function everyRunner(): Promise<readonly Runner[]> {
  const found = await discoverBackends(fileURLToPath(new URL("../../runners", import.meta.url)));
  const backends = found.map((source) => {
    if (source.kind === "broken") throw new Error(source.problem);
    return source.backend;
  });
  const ids = backends.map(({ id }) => id);
  return backends.flatMap((backend) => {
    const create = (engine: string, table: Readonly<Record<string, unknown>>): Runner =>
      backend.createRunner(table, { engine, configDir: "/" });
    const table = tables[backend.id] ?? {};
    const own = backend.configSchema.safeParse(table).success ? [create(backend.id, table)] : [];
    const variants = (backend.variants ?? []).filter(({ id }) => !ids.includes(id));
    return [...own, ...variants.map(({ id, settings }) => create(id, settings))];
  });
}
