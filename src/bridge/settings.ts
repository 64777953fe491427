import type { EngineId } from "../domain/event.ts";
import type { RunOptions } from "../domain/run.ts";
import type { AllowRule, ApprovalPolicy } from "../routing/approval-policy.ts";
import type { SecretCover } from "./secret-cover.ts";

/** A directory the user gave a name in `takopi.toml`. */
export interface Project {
  /** Absolute. */
  readonly path: string;
  readonly defaultEngine?: EngineId;
  /** The group in which prompts belong to this project when nothing else is said. */
  readonly chatId?: number;
  /** Instead of the engine's policy and the general one. */
  readonly approvals?: ApprovalPolicy;
  /** For runs of the project's own engine. */
  readonly defaults: RunOptions;
}

/** Who answers when an engine asks before it acts. */
export interface ApprovalSettings {
  readonly policy: ApprovalPolicy;
  readonly engines: ReadonlyMap<EngineId, ApprovalPolicy>;
  readonly allow: readonly AllowRule[];
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
  readonly approvals: ApprovalSettings;
  /** When an unanswered decision is brought to mind first; 0: never. */
  readonly remindAfterMs: number;
  /** How long an engine may say nothing before the user is told; 0: for ever. */
  readonly silentAfterMs: number;
  /** US dollars a day after which the user is told what the engines report; 0: never. */
  readonly dailyCostUsd: number;
  /** How long no further part of an album must have come for it to be whole. */
  readonly albumQuietMs: number;
  /** Who may send files, of those who may chat. Empty: all of them. */
  readonly fileSenderIds: ReadonlySet<number>;
  /** What is covered in everything engines say. */
  readonly secrets: SecretCover;
}
