import { fileURLToPath } from "node:url";
import { configSchema } from "../../../runners/acp/config.ts";
import type { AcpRunnerOptions } from "../../../runners/acp/options.ts";
import { createAcpRunner } from "../../../runners/acp/runner.ts";
import type { Runner } from "../../../src/runner/runner.ts";

export const program: string = fileURLToPath(new URL("../../../fixtures/programs-acp/agent.mjs", import.meta.url));

export interface FakeAgentOptions extends Partial<Omit<AcpRunnerOptions, "config">> {
  /** More keys of the table. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What the agent can and how it misbehaves, see the program. */
  readonly ways?: Readonly<Record<string, unknown>>;
}

/** The runner with the scripted program behind it. Waits are short: nothing here takes long unless it is wrong. */
export function fakeAgent({ config = {}, ways = {}, patience = {}, ...options }: FakeAgentOptions = {}): Runner {
  const command = [process.execPath, program, JSON.stringify(ways)];
  return createAcpRunner({
    engine: "fake",
    config: configSchema.parse({ command, ...config }),
    configDir: "/",
    patience: { quietMs: 40, ...patience },
    ...options,
  });
}
