import { fileURLToPath } from "node:url";
import { configSchema } from "../../../runners/pi/config.ts";
import type { PiRunnerOptions } from "../../../runners/pi/options.ts";
import { createPiRunner } from "../../../runners/pi/runner.ts";
import type { Runner } from "../../../src/runner/runner.ts";

const program = fileURLToPath(new URL("../../../fixtures/programs-pi/pi.mjs", import.meta.url));

export interface FakePiOptions extends Partial<Omit<PiRunnerOptions, "config">> {
  /** More keys of the `[pi]` table. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Speaks like 0.73.1. */
  readonly isOld?: boolean;
}

/** The scripted program, in RPC mode. */
export function fakePiCommand({ isOld = false }: Pick<FakePiOptions, "isOld"> = {}): readonly string[] {
  return [process.execPath, program, ...(isOld ? ["--old"] : []), "--mode", "rpc"];
}

/** The runner with the scripted program behind it. */
export function fakePi({ config = {}, isOld = false, ...options }: FakePiOptions = {}): Runner {
  const command = [process.execPath, program, ...(isOld ? ["--old"] : [])];
  return createPiRunner({ config: configSchema.parse({ command, ...config }), configDir: "/", ...options });
}
