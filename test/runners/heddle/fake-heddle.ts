import { fileURLToPath } from "node:url";
import { configSchema } from "../../../runners/heddle/config.ts";
import type { Patience } from "../../../runners/heddle/patience.ts";
import { createHeddleRunner } from "../../../runners/heddle/runner.ts";
import type { Runner } from "../../../src/runner/runner.ts";

export interface FakeHeddleOptions {
  /** One of fixtures/programs-heddle. */
  readonly program?: "worker.mjs" | "reference.mjs";
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** More keys of the `[heddle]` table. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly patience?: Partial<Patience>;
}

const made: Runner[] = [];

/** For programs that do not hear. */
export const impatient: Partial<Patience> = { cancelMs: 100, shutdownMs: 100 };

/** The runner with a scripted program behind it. */
export function fakeHeddle({
  program = "worker.mjs",
  args = [],
  config = {},
  patience,
}: FakeHeddleOptions = {}): Runner {
  const command = [process.execPath, programPath(program), ...args];
  const runner = createHeddleRunner({
    engine: "heddle",
    config: configSchema.parse({ command, ...config }),
    configDir: "/",
    patience: { leftoverMs: 100, termMs: 100, ...patience },
  });
  made.push(runner);
  return runner;
}

export function programPath(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/programs-heddle/${name}`, import.meta.url));
}

/** Ends the workers that still wait. To be called after each test. */
export async function endFakes(): Promise<void> {
  await Promise.all(made.splice(0).map(async (runner) => await runner.dispose?.()));
}
