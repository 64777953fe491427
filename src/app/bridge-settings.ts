import type { ApprovalSettings, BridgeSettings, Project } from "../bridge/settings.ts";
import type { ProjectConfig, TakopiConfig } from "../config/config.ts";
import { parseAllowRule } from "../routing/approval-policy.ts";

/** An answer of up to four messages is read in the chat; a longer one comes as a file. */
const MAX_FINAL_PARTS = 4;

/** What the bridge needs of the configuration and of how the program was started. */
export function bridgeSettings(
  config: TakopiConfig,
  start: Pick<BridgeSettings, "defaultEngine" | "cwd" | "finalNotify" | "secrets">,
): BridgeSettings {
  const { telegram } = config.transports;
  const projects = Object.entries(config.projects).map(([alias, project]) => [alias, toProject(project)] as const);
  return {
    ...start,
    sessionMode: telegram.session_mode,
    showResumeLine: telegram.show_resume_line,
    projects: new Map(projects),
    maxParallelRuns: config.limits.max_parallel_runs,
    maxAgeMs: config.limits.max_age_s * 1000,
    progressEnd: telegram.progress,
    maxFinalParts: telegram.message_overflow === "trim" ? 1 : MAX_FINAL_PARTS,
    approvals: approvalSettings(config),
    remindAfterMs: config.limits.remind_after_s * 1000,
    silentAfterMs: config.limits.silent_after_s * 1000,
    dailyCostUsd: config.limits.daily_cost_usd,
    albumQuietMs: telegram.media_group_debounce_s * 1000,
    fileSenderIds: new Set(telegram.files.allowed_user_ids),
    ...(config.default_project !== undefined && { defaultProject: config.default_project }),
  };
}

function toProject(project: ProjectConfig): Project {
  const { path, default_engine: defaultEngine, chat_id: chatId, approvals } = project;
  const { default_model: model, default_reasoning: effort } = project;
  return {
    path,
    defaults: { ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) },
    ...(defaultEngine !== undefined && { defaultEngine }),
    ...(chatId !== undefined && { chatId }),
    ...(approvals !== undefined && { approvals }),
  };
}

function approvalSettings({ approvals }: TakopiConfig): ApprovalSettings {
  const { policy, engines, allow } = approvals;
  return {
    policy,
    engines: new Map(Object.entries(engines)),
    allow: allow.map(parseAllowRule).filter((rule) => rule !== undefined),
  };
}
