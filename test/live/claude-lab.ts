import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { configSchema } from "../../runners/claude/config.ts";
import { createClaudeRunner } from "../../runners/claude/runner.ts";
import { toRunId } from "../../src/domain/run.ts";
import type { Runner, RunRequest } from "../../src/runner/runner.ts";
import { createTestHost, runRequest, type TestHost, type TestHostOptions } from "../factories.ts";
import { claudeVariables, program } from "./claude-setup.ts";
import { startFakeAnthropic, type FakeAnthropic } from "./fake-anthropic.mjs";

/** Claude Code's own CLI with a home and a repository of its own, against a fake model. */
export interface ClaudeLab {
  readonly program: string;
  readonly model: FakeAnthropic;
  readonly home: string;
  readonly cwd: string;
  /** The environment of the CLI. */
  readonly env: Readonly<Record<string, string>>;
  /** `config`: more keys of the `[claude]` table. */
  runner(config?: Readonly<Record<string, unknown>>): Runner;
  request(prompt: string, more?: Partial<RunRequest>): RunRequest;
  host(options?: TestHostOptions): TestHost;
  close(): Promise<void>;
}

export async function openClaudeLab(): Promise<ClaudeLab> {
  const model = await startFakeAnthropic();
  const home = await mkdtemp(join(tmpdir(), "takopi-claude-home-"));
  const cwd = await mkdtemp(join(tmpdir(), "takopi-claude-work-"));
  // The CLI keeps a project's rules at the root of its repository, which may otherwise be any directory above.
  await promisify(execFile)("git", ["init", "--quiet"], { cwd });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, ".claude"),
    ...claudeVariables(model.url),
    // Lets root skip permissions.
    IS_SANDBOX: "1",
  };
  return {
    program,
    model,
    home,
    cwd,
    env,
    runner: (config = {}) => {
      const parsed = configSchema.parse({ command: program, use_api_billing: true, ...config });
      return createClaudeRunner({ config: parsed, configDir: "/" });
    },
    request: (prompt, more = {}) => runRequest({ prompt, cwd, runId: nextRunId(), ...more }),
    host: (options = {}) => createTestHost({ env, ...options }),
    close: async () => {
      await model.close();
      await Promise.all([home, cwd].map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

let runs = 0;

/** Ending a run ends every process with its id. */
function nextRunId(): RunRequest["runId"] {
  runs += 1;
  return toRunId(`live-${process.pid}-${runs}`);
}
