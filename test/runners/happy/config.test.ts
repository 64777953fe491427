import { describe, expect, it } from "vitest";
import { configSchema } from "../../../runners/happy/config.ts";

const least = { machine: "laptop", directory: "~/project" };

function problems(table: object): readonly string[] {
  const parsed = configSchema.safeParse({ ...least, ...table });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the table of a Happy machine", () => {
  it("needs no more than the machine and the directory", () => {
    expect(configSchema.parse(least)).toEqual({ ...least, agent: "claude", mode: "default", create_dir: false });
    expect(configSchema.safeParse({ machine: "laptop" }).success).toBe(false);
  });

  it.each([
    { server_url: "http://127.0.0.1:3005" },
    { directory: "/srv/project" },
    { directory: "C:\\project" },
    { agent: "codex", mode: "safe-yolo", model: "gpt-5", effort: "high", timeout_s: 3600, create_dir: true },
    { secret: "x", token: "y" },
    { credentials: "~/.happy/agent.key" },
  ])("takes %j", (table) => {
    expect(problems(table)).toEqual([]);
  });

  it.each([
    [{ server_url: "happy.example" }, /must be an address/u],
    [{ directory: "project" }, /absolute path on the machine/u],
    [{ agent: "vim" }, /agent/u],
    [{ mode: "reckless" }, /mode/u],
    [{ timeout_s: 0 }, /timeout_s/u],
    [{ machnie: "x" }, /machnie/u],
    [{ secret: "s3cret", credentials: "x" }, /not both/u],
    [{ token: "t0ken" }, /needs the secret/u],
  ])("does not take %j, and says why without quoting secrets", (table, reason) => {
    const [problem] = problems(table);
    expect(problem).toMatch(reason);
    expect(problem).not.toMatch(/s3cret|t0ken/u);
  });
});
