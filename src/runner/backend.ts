import type { ZodType } from "zod";
import type { EngineId } from "../domain/event.ts";
import type { Runner } from "./runner.ts";

/** Where a runner is created: what it may know beside its own config table. */
export interface BackendContext {
  readonly engine: EngineId;
  /** Directory of `takopi.toml`; relative paths in the table are relative to it. */
  readonly configDir: string;
}

/** How an engine's program is asked for its version, and what to tell who has not got it. */
export interface EngineProgram {
  /** Name looked up on PATH, unless the engine's table has `command`. */
  readonly command: string;
  /** The command that installs it. */
  readonly installHint: string;
  /** Default `["--version"]`. */
  readonly versionArgs?: readonly string[];
}

/**
 * A program that a backend for many programs knows: an engine of its own wherever it is installed, without a table. An engine of the
 * same name that has a folder, a plugin or a table comes first.
 */
export interface EngineVariant {
  readonly id: EngineId;
  readonly program: EngineProgram;
  /** In place of the backend's. */
  readonly environment: readonly string[];
  /** What its table need not say; what the table says wins. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * One engine: what `runners/<id>/index.ts` exports as `backend`. Being there is enough to be found.
 * `Config` is what `configSchema` makes of the `[<id>]` table of `takopi.toml`.
 */
export interface EngineBackend<Config = unknown> {
  /** Equal to the folder name. */
  readonly id: EngineId;
  /** Absent for an engine that runs inside this program. */
  readonly program?: EngineProgram;
  /** Names (or `PREFIX_*`) of environment variables its child may see beyond the common allow-list. */
  readonly environment: readonly string[];
  readonly configSchema: ZodType<Config>;
  readonly variants?: readonly EngineVariant[];
  createRunner(config: Config, context: BackendContext): Runner;
}

/** Keeps the config type between schema and factory; returns the backend as the program handles it. */
export function defineBackend<Config>(backend: EngineBackend<Config>): EngineBackend {
  return {
    ...backend,
    createRunner: (config, context) => backend.createRunner(backend.configSchema.parse(config), context),
  };
}
