import type { OpencodeConfig } from "./config.ts";
import type { Patience } from "./patience.ts";

export interface RunnerOptions {
  readonly config: OpencodeConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}
