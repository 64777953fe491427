import { fileURLToPath } from "node:url";
import { configSchema } from "../../../runners/happi/config.ts";
import type { HappiRunnerOptions } from "../../../runners/happi/options.ts";
import { createHappiRunner } from "../../../runners/happi/runner.ts";
import type { Runner } from "../../../src/runner/runner.ts";

const programs = fileURLToPath(new URL("../../../fixtures/programs-happi", import.meta.url));

export interface FakeRuntimeOptions extends Partial<Omit<HappiRunnerOptions, "config">> {
  /** More keys of the table. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** How the runtime behaves, see the program. */
  readonly ways?: Readonly<Record<string, unknown>>;
}

/** The runner with the scripted runtime behind it. */
export function fakeRuntime({ config = {}, ways = {}, ...options }: FakeRuntimeOptions = {}): Runner {
  const command = [process.execPath, `${programs}/runtime.mjs`, JSON.stringify(ways)];
  return createHappiRunner({
    engine: "happi",
    config: configSchema.parse({ command, ...config }),
    configDir: "/",
    ...options,
  });
}

/** The runner with the runtime behind it whose commands the recordings were made with. */
export function referenceRuntime(cmd: string, flags: readonly string[] = []): Runner {
  const command = [process.execPath, `${programs}/reference.mjs`, ...flags];
  return createHappiRunner({ engine: "happi", config: configSchema.parse({ command, cmd }), configDir: "/" });
}
