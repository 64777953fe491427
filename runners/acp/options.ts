import type { EngineId } from "../../src/domain/event.ts";
import type { AcpConfig } from "./config.ts";
import type { Patience } from "./patience.ts";

export interface AcpRunnerOptions {
  readonly engine: EngineId;
  readonly config: AcpConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}
