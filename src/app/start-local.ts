import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../bridge/ports.ts";
import type { ProjectConfig, TakopiConfig } from "../config/config.ts";
import { type LoadedConfig, loadConfig } from "../config/load-config.ts";
import { startLocalTelegram, type LocalTelegram } from "../local/local-telegram.ts";
import { type RunningBot, startBot } from "./start-bot.ts";

export interface LocalRequest {
  /** Default: 3737, or a free one when that is taken. Asked for and taken is an error. */
  readonly port?: number;
  /** A configuration whose engines, projects and limits are used; its Telegram settings are not. */
  readonly loaded?: LoadedConfig;
  readonly engine?: string;
  readonly log: Log;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the journal is kept; made when missing. */
  readonly dataDir: string;
  /** Of this program, for `takopi status`. */
  readonly version?: string;
}

export type RunningLocal = RunningBot & {
  /** The chat page. */
  readonly url: string;
};

const USUAL_PORT = 3737;

/**
 * Starts the embedded Telegram and the bot in it: the same bot, pointed at this machine. The chat is the owner's; runs continue their
 * session by themselves there.
 */
export async function startLocal(request: LocalRequest): Promise<RunningLocal> {
  mkdirSync(request.dataDir, { recursive: true, mode: 0o700 });
  const telegram = await openLocalTelegram(request.port);
  try {
    const loaded = pointedAt(telegram, request);
    const bot = await startBot({ ...request, loaded, groups: telegram.groups, allowMock: true });
    const stop: RunningBot["stop"] = async (options) => {
      await bot.stop(options);
      await telegram.close();
    };
    return { ...bot, url: telegram.url, stop };
  } catch (error) {
    await telegram.close();
    throw error;
  }
}

async function openLocalTelegram(port: number | undefined): Promise<LocalTelegram> {
  if (port !== undefined) return startLocalTelegram({ port });
  return startLocalTelegram({ port: USUAL_PORT }).catch(() => startLocalTelegram());
}

/** The lists of the configuration name people of the real Telegram; here there is only the owner. Supervisors look at the real bot. */
function openToOwner({ projects, ...config }: TakopiConfig): TakopiConfig {
  const open = Object.entries(projects).map(([alias, project]): [string, ProjectConfig] => {
    const { allowed_user_ids: _chat, decide_user_ids: _decide, admin_user_ids: _admin, ...rest } = project;
    return [alias, rest];
  });
  const { decide_user_ids: _decide, admin_user_ids: _admin, ...telegram } = config.transports.telegram;
  return { ...config, projects: Object.fromEntries(open), chats: {}, health: {}, transports: { telegram } };
}

function pointedAt(telegram: LocalTelegram, { loaded, dataDir }: LocalRequest): LoadedConfig {
  const path = join(dataDir, "takopi.toml");
  const base = loaded ?? loadConfig({ path, env: {}, engineIds: [], tokenRequired: false });
  const opened = openToOwner(base.config);
  const config: TakopiConfig = {
    ...opened,
    transports: {
      telegram: {
        ...opened.transports.telegram,
        bot_token: telegram.token,
        api_root: telegram.url,
        chat_id: telegram.owner.privateChatId,
        allowed_user_ids: [],
        session_mode: "chat",
      },
    },
  };
  return { ...base, config };
}
