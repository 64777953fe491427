import type { EngineId } from "../../src/domain/event.ts";
import type { HappiConfig } from "./config.ts";
import type { Patience } from "./follow.ts";

export interface HappiRunnerOptions {
  readonly engine: EngineId;
  readonly config: HappiConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}
