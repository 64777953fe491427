import type { PiConfig } from "./config.ts";
import type { Patience } from "./dialogue.ts";

export interface PiRunnerOptions {
  readonly config: PiConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}
