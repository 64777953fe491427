import type { EngineId } from "../../src/domain/event.ts";
import type { HeddleConfig } from "./config.ts";
import type { Patience } from "./patience.ts";

export interface HeddleRunnerOptions {
  readonly engine: EngineId;
  readonly config: HeddleConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}
