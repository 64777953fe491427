import type { EngineId } from "../../src/domain/event.ts";
import type { HappyConfig } from "./config.ts";
import type { Patience } from "./patience.ts";

export interface HappyRunnerOptions {
  readonly engine: EngineId;
  readonly config: HappyConfig;
  /** Directory that a relative `credentials` path is relative to. */
  readonly configDir: string;
  readonly patience?: Patience;
}
