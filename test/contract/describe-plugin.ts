import { loadPluginBackend } from "../../src/runner/discover-backends.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { describeRunner } from "./runner-contract.ts";
import type { RunnerUnderTest } from "./runner-under-test.ts";

/** A user's engine under test, loaded the way the program loads it. */
export interface PluginUnderTest extends Omit<RunnerUnderTest, "name" | "createRunner"> {
  /** As in `[plugins] runners`: a path of a file or folder, or the name of a package. */
  readonly plugin: string;
  /** What the path is relative to, as in `takopi.toml`. Absolute. */
  readonly dir: string;
  /** The engine's table; default none. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * The conformance suite for an engine outside this repository, as tests of vitest. The package exports it as `takopi/testing`.
 *
 * @example
 * describePlugin({
 *   plugin: "./acme.mjs", dir: import.meta.dirname, config: { command: "./fake-acme.mjs" },
 *   cases: {
 *     prompts: { succeed: "hello", fail: "fail", hang: "hang" },
 *     echo: { received: (events) => events.at(-1).answer },
 *   },
 * });
 */
export function describePlugin({ plugin, dir, config, ...rest }: PluginUnderTest): void {
  describeRunner({ ...rest, name: plugin, createRunner: async () => await createPluginRunner(plugin, dir, config) });
}

async function createPluginRunner(plugin: string, dir: string, config: unknown): Promise<Runner> {
  const loaded = await loadPluginBackend(plugin, dir);
  if (loaded.kind === "broken") throw new Error(loaded.problem);
  const { backend } = loaded;
  return backend.createRunner(config, { engine: backend.id, configDir: dir });
}
