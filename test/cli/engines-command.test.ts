import { expect, it } from "vitest";
import type { Engines, EngineStatus } from "../../src/app/engines/engines.ts";
import { plainCapabilities } from "../../src/runner/json-lines-runner.ts";
import { Terminal } from "./harness.ts";

function enginesWith(all: readonly EngineStatus[]): () => Promise<Engines> {
  return async () => ({ all, runner: () => undefined, runners: [], environment: () => [] });
}

it("lists engines with version and place, or with how to get them", async () => {
  const capabilities = { ...plainCapabilities, approvals: true, model: true, effort: ["low", "high"] };
  const loadEngines = enginesWith([
    { id: "claude", state: "ready", program: "/usr/bin/claude", capabilities },
    { id: "codex", state: "missing", problem: "codex was not found; install it with: npm i -g @openai/codex" },
    { id: "laptop", state: "ready", isElsewhere: true },
    { id: "mock", state: "ready" },
    { id: "pi", state: "ready", program: "/usr/bin/pi" },
  ]);
  const engineVersion = async ({ id }: EngineStatus): Promise<string | undefined> =>
    id === "claude" ? "2.1.3" : undefined;
  const { code, stdout } = await new Terminal().run(["engines"], { app: { loadEngines, engineVersion } });
  expect(code).toBe(0);
  expect(stdout).toBe(
    [
      "✓ claude      2.1.3       /usr/bin/claude",
      "              approvals, model, effort (low, high)",
      "✗ codex       codex was not found; install it with: npm i -g @openai/codex",
      "✓ laptop      on another machine",
      "✓ mock        built in",
      "! pi          /usr/bin/pi does not tell its version",
      "",
    ].join("\n"),
  );
});
