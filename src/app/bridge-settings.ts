import type { BridgeSettings, Project } from "../bridge/settings.ts";
import type { ProjectConfig, TakopiConfig } from "../config/config.ts";
import type { EngineId } from "../domain/event.ts";

/** An answer of up to four messages is read in the chat; a longer one comes as a file. */
const MAX_FINAL_PARTS = 4;

/** What the bridge needs of the configuration and of how the program was started. */
export function bridgeSettings(
  config: TakopiConfig,
  start: { readonly defaultEngine: EngineId; readonly cwd: string; readonly finalNotify: boolean },
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
    ...(config.default_project !== undefined && { defaultProject: config.default_project }),
  };
}

function toProject({ path, default_engine: defaultEngine, chat_id: chatId }: ProjectConfig): Project {
  return { path, ...(defaultEngine !== undefined && { defaultEngine }), ...(chatId !== undefined && { chatId }) };
}
