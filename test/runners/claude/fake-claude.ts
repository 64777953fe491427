import { fileURLToPath } from "node:url";
import type { ClaudeRunnerOptions } from "../../../runners/claude/options.ts";
import { createClaudeRunner } from "../../../runners/claude/runner.ts";
import { configSchema } from "../../../runners/claude/config.ts";
import { toRunId } from "../../../src/domain/run.ts";
import type { Runner, RunRequest } from "../../../src/runner/runner.ts";
import { runRequest } from "../../factories.ts";

const program = fileURLToPath(new URL("../../../fixtures/programs-claude/claude.mjs", import.meta.url));

export interface FakeClaudeOptions extends Partial<Omit<ClaudeRunnerOptions, "config">> {
  /** More keys of the `[claude]` table. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The runner with the scripted program behind it. */
export function fakeClaude({ config = {}, ...options }: FakeClaudeOptions = {}): Runner {
  const parsed = configSchema.parse({ command: [process.execPath, program], ...config });
  return createClaudeRunner({ config: parsed, configDir: "/", ...options });
}

let runs = 0;

/** A request with a run id no other test has: ending a run ends every process that bears its id. */
export function claudeRequest(more: Partial<RunRequest> = {}): RunRequest {
  runs += 1;
  return runRequest({ runId: toRunId(`claude-${process.pid}-${runs}`), ...more });
}
