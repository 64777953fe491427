import type { ApprovalPolicy } from "../routing/approval-policy.ts";

/** `takopi.toml` after loading: keys as in the file, defaults filled in, paths absolute. */
export interface TakopiConfig {
  /** Default `codex`. */
  readonly default_engine: string;
  readonly default_project?: string;
  readonly transport: "telegram";
  /** Default false. */
  readonly watch_config: boolean;
  readonly transports: { readonly telegram: TelegramConfig };
  /** Alias → project. Aliases are unique without regard to case. */
  readonly projects: Readonly<Record<string, ProjectConfig>>;
  /** Chat id → who may do what there. A group named here is listened in. */
  readonly chats: Readonly<Record<string, NarrowingLists>>;
  readonly limits: LimitsConfig;
  readonly approvals: ApprovalsConfig;
  readonly secrets: SecretsConfig;
  readonly health: HealthConfig;
  readonly plugins: PluginsConfig;
  /** Engines the user defines. Their tables are read with `LoadedConfig.engineTable`. */
  readonly engines: Readonly<Record<string, UserEngineConfig>>;
}

interface TelegramConfig {
  /** Empty only when the configuration was loaded with `tokenRequired: false`. */
  readonly bot_token: string;
  /** The main chat. Absent for bots whose users come in by pairing. */
  readonly chat_id?: number;
  /** Empty: see `accessFrom`. */
  readonly allowed_user_ids: readonly number[];
  /** Who may answer what the agent asks. Absent: everybody who may chat. Never empty. */
  readonly decide_user_ids?: readonly number[];
  /** Who may change what holds for a whole chat. Absent: everybody who may chat. */
  readonly admin_user_ids?: readonly number[];
  /** Bot API server, without a slash at the end. */
  readonly api_root: string;
  /** Default `split`. */
  readonly message_overflow: "split" | "trim";
  /** Default `stateless`. */
  readonly session_mode: "stateless" | "chat";
  /** Default true. */
  readonly show_resume_line: boolean;
  /** What becomes of the progress message after the final one. Default `delete`. */
  readonly progress: "delete" | "collapse";
  /** Seconds, default 1. */
  readonly forward_coalesce_s: number;
  /** Seconds, default 1. */
  readonly media_group_debounce_s: number;
  readonly voice_transcription: boolean;
  readonly voice_max_bytes: number;
  readonly voice_transcription_model: string;
  readonly voice_transcription_base_url?: string;
  readonly voice_transcription_api_key?: string;
  readonly topics: { readonly enabled: boolean; readonly scope: "auto" | "main" | "projects" | "all" };
  readonly files: FilesConfig;
}

interface FilesConfig {
  readonly enabled: boolean;
  readonly auto_put: boolean;
  readonly auto_put_mode: "upload" | "prompt";
  /** Relative to the run's directory. */
  readonly uploads_dir: string;
  readonly allowed_user_ids: readonly number[];
  readonly deny_globs: readonly string[];
}

/** Take away from the general lists. Absent: no further limit. Empty: nobody. */
export interface NarrowingLists {
  readonly allowed_user_ids?: readonly number[];
  readonly decide_user_ids?: readonly number[];
  readonly admin_user_ids?: readonly number[];
}

export interface ProjectConfig extends NarrowingLists {
  /** Absolute. */
  readonly path: string;
  /** As written: absolute, or relative to `path`. Default `.worktrees`. */
  readonly worktrees_dir: string;
  readonly default_engine?: string;
  readonly worktree_base?: string;
  readonly chat_id?: number;
  /** For runs of the project's own engine. */
  readonly default_model?: string;
  readonly default_reasoning?: string;
  /** Instead of the engine's policy and the general one. */
  readonly approvals?: ApprovalPolicy;
}

interface ApprovalsConfig {
  /** Default `auto`. */
  readonly policy: ApprovalPolicy;
  /** What `auto` allows without asking; see `parseAllowRule`. */
  readonly allow: readonly string[];
  /** By engine id, instead of `policy`. */
  readonly engines: Readonly<Record<string, ApprovalPolicy>>;
}

interface SecretsConfig {
  /** Default true: what looks like a secret is covered in everything that goes into the chat. */
  readonly cover: boolean;
  /** Environment variables whose values are covered although their names do not say that they are secret. */
  readonly names: readonly string[];
  /** What is never covered; `*` stands for any text. */
  readonly allow: readonly string[];
}

interface LimitsConfig {
  /** Runs of different sessions at the same time. Default 16. */
  readonly max_parallel_runs: number;
  /** Seconds: messages older than this are offered instead of run. Default 3600. */
  readonly max_age_s: number;
  /** Seconds until an unanswered decision is brought to mind; 0: never. Default 600. */
  readonly remind_after_s: number;
  /** Seconds an engine may say nothing before the user is told; 0: for ever. Default 600. */
  readonly silent_after_s: number;
  /** US dollars a day after which the user is told what the engines report; 0: never. Default 50. */
  readonly daily_cost_usd: number;
  /** Whether runs go on while the bot is restarted, where the engine can. Default true. */
  readonly survive_restart: boolean;
  /** Days that ended runs are kept; 0: for ever. Default 90. */
  readonly keep_days: number;
}

/** How supervisors may look at the bot. */
interface HealthConfig {
  /** Absolute. Absent: none is written. */
  readonly file?: string;
  /** On 127.0.0.1. Absent: none is opened. */
  readonly port?: number;
}

interface PluginsConfig {
  readonly enabled: readonly string[];
  /** Package names, or paths relative to the directory of the file, of runners to load. */
  readonly runners: readonly string[];
}

interface UserEngineConfig {
  /** What speaks to the program; needed unless the table is named like a built-in engine. */
  readonly kind?: string;
  readonly [key: string]: unknown;
}
