import { readFile } from "node:fs/promises";
import { parse as parseToml } from "smol-toml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { backend } from "../../../runners/heddle/index.ts";

const parse = (table: object): { readonly data?: unknown; readonly problems: readonly string[] } => {
  const { data, error } = backend.configSchema.safeParse(table);
  return { data, problems: (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`) };
};

const page = await readFile(new URL("../../../docs/engines/heddle.md", import.meta.url), "utf8");

describe("the page about Heddle", () => {
  it("has a table that works when pasted", () => {
    const block = /```toml\n(?<text>[^]*?)```/u.exec(page)?.groups?.["text"] ?? "";
    const { heddle } = z.object({ heddle: z.record(z.string(), z.unknown()) }).parse(parseToml(block));
    expect(parse(heddle).problems).toEqual([]);
  });

  it("names every key, with its default", () => {
    const defaults = z.record(z.string(), z.unknown()).parse(parse({}).data);
    const keys = [...Object.keys(defaults), "model", "max_iterations", "task_id", "worker_id"];
    for (const key of keys) expect(page).toMatch(new RegExp(`^\\|[^|]*\`${key}\``, "mu"));
    for (const key of ["idle_timeout_s", "max_idle_workers", "heartbeat_timeout_s"])
      expect(page).toContain(`| \`${key}\` | \`${String(defaults[key])}\` |`);
  });
});

describe("the [heddle] table", () => {
  it("may be absent", () => {
    expect(parse({}).data).toMatchObject({
      command: ["heddle-headless"],
      tools: ["read_file", "write_file", "edit_file", "glob", "grep", "bash"],
      idle_timeout_s: 600,
      max_idle_workers: 4,
      heartbeat_timeout_s: 60,
    });
  });

  it("takes a command with arguments, such as that of a checkout", () => {
    const command = ["bun", "run", "/src/heddle/src/headless/index.ts"];
    expect(parse({ command }).data).toMatchObject({ command });
  });

  it.each([
    [{ modell: "x" }, /Unrecognized key: "modell"/u],
    [{ tools: "bash" }, /^tools: /u],
    [{ max_iterations: 0 }, /^max_iterations: /u],
    [{ idle_timeout_s: 0 }, /^idle_timeout_s: /u],
    [{ idle_timeout_s: 1e9 }, /^idle_timeout_s: at most a week$/u],
    [{ max_idle_workers: 1.5 }, /^max_idle_workers: /u],
    [{ heartbeat_timeout_s: "long" }, /^heartbeat_timeout_s: /u],
  ])("refuses %j", (table, problem) => {
    expect(parse(table).problems).toEqual([expect.stringMatching(problem)]);
  });

  it("makes a runner that reads both forms of the resume line", () => {
    const runner = backend.createRunner({}, { engine: "heddle", configDir: "/" });
    const token = { engine: "heddle", value: "550e8400-e29b-41d4-a716-446655440000" };
    expect(runner.formatResume(token)).toBe(`heddle resume ${token.value}`);
    expect(runner.extractResume(`\`heddle resume ${token.value}\``)).toEqual(token);
    expect(runner.extractResume(`heddle --resume=${token.value}`)).toEqual(token);
    expect(runner.isResumeLine("heddle resume --last")).toBe(false);
  });

  it("may be that of an engine with another name, whose lines are its own", () => {
    const runner = backend.createRunner({}, { engine: "cheap", configDir: "/" });
    expect(runner.formatResume({ engine: "cheap", value: "x" })).toBe("cheap resume x");
    expect(runner.isResumeLine("heddle resume x")).toBe(false);
  });
});
