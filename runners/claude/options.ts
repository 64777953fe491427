import type { SessionGrants } from "../../src/runner/session-grants.ts";
import type { ClaudeConfig } from "./config.ts";
import type { Patience } from "./dialogue.ts";

export interface ClaudeRunnerOptions {
  readonly config: ClaudeConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}

/** What all runs of a runner share. */
export interface ClaudeSetup extends ClaudeRunnerOptions {
  readonly grants: SessionGrants;
  /** Sessions of the runs that are going on; a session has one at a time. */
  readonly own: Set<string>;
}
