import type { CodexConfig } from "./config.ts";
import type { Patience } from "./patience.ts";

export interface CodexRunnerOptions {
  readonly config: CodexConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}
