import type { EngineId } from "../domain/event.ts";

/** A directory the user gave a name in `takopi.toml`. */
export interface Project {
  /** Absolute. */
  readonly path: string;
  readonly defaultEngine?: EngineId;
  /** The group in which prompts belong to this project when nothing else is said. */
  readonly chatId?: number;
}

/** What the configuration says about how the bot behaves; fixed while it runs. */
export interface BridgeSettings {
  /** `chat`: a chat continues its last session by itself. `stateless`: only replies and resume lines continue one. */
  readonly sessionMode: "stateless" | "chat";
  /** False hides the resume line where the chat continues by itself anyway. */
  readonly showResumeLine: boolean;
  readonly defaultEngine: EngineId;
  readonly defaultProject?: string;
  /** By alias. */
  readonly projects: ReadonlyMap<string, Project>;
  /** Where runs without a project work: the directory the bot was started in. Absolute. */
  readonly cwd: string;
  readonly maxParallelRuns: number;
  /** Prompts older than this, because the bot was down, are offered instead of run. */
  readonly maxAgeMs: number;
  /** What becomes of the progress message once the final message is there. */
  readonly progressEnd: "delete" | "collapse";
  /** False: finals make no sound either. */
  readonly finalNotify: boolean;
  /** Messages an answer may take before the whole goes into a file. */
  readonly maxFinalParts: number;
}
