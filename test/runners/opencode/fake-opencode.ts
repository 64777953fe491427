import { fileURLToPath } from "node:url";
import { configSchema } from "../../../runners/opencode/config.ts";
import type { RunnerOptions } from "../../../runners/opencode/options.ts";
import { createOpencodeRunner } from "../../../runners/opencode/runner.ts";
import { toRunId } from "../../../src/domain/run.ts";
import type { Runner, RunRequest } from "../../../src/runner/runner.ts";
import { runRequest } from "../../factories.ts";

const program = fileURLToPath(new URL("../../../fixtures/programs-opencode/opencode.mjs", import.meta.url));

export interface FakeOpencodeOptions extends Partial<Omit<RunnerOptions, "config">> {
  /** More keys of the `[opencode]` table. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The runner with the scripted program behind it. */
export function fakeOpencode({ config = {}, ...options }: FakeOpencodeOptions = {}): Runner {
  const parsed = configSchema.parse({ command: [process.execPath, program], ...config });
  return createOpencodeRunner({ config: parsed, configDir: "/", ...options });
}

let runs = 0;

/** A request with a run id no other test has: ending a run ends every process that bears its id. */
export function opencodeRequest(more: Partial<RunRequest> = {}): RunRequest {
  runs += 1;
  return runRequest({ runId: toRunId(`opencode-${process.pid}-${runs}`), ...more });
}
