import type { Chat } from "../bridge/chat-port.ts";
import { moveChat } from "../bridge/move-chat.ts";
import type { EngineSource, Files, Log } from "../bridge/ports.ts";
import type { SecretCover } from "../bridge/secret-cover.ts";
import type { Store } from "../bridge/store-port.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { type ApiConnection, openApi } from "../telegram/create-api.ts";
import { createTelegramFiles } from "../telegram/files/telegram-files.ts";
import { Outbox } from "../telegram/outbox/outbox.ts";
import { createTelegramChat } from "../telegram/telegram-chat.ts";
import { type BotIdentity, whoAmI } from "../telegram/who-am-i.ts";
import { botSecrets } from "./secrets/bot-secrets.ts";
import { coverSecrets } from "./secrets/cover-secrets.ts";
import type { Engines } from "./engines/engines.ts";
import { systemClock } from "./system-clock.ts";

export interface TelegramInput {
  readonly loaded: LoadedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly store: Store;
  readonly engines: Engines;
  readonly source: EngineSource;
}

/** Telegram as this bot has it: the calls, who the bot is there, and the chat in which no secret appears. */
export interface TelegramEdge extends ApiConnection {
  readonly me: BotIdentity;
  readonly outbox: Outbox;
  readonly chat: Chat;
  readonly files: Files;
  readonly secrets: SecretCover;
}

/** Waits for the network when this token was never used before. */
export async function openTelegram(input: TelegramInput): Promise<TelegramEdge> {
  const { loaded, env, log, store, engines, source } = input;
  const { bot_token: token, api_root: apiRoot, files: filesConfig } = loaded.config.transports.telegram;
  const clock = systemClock;
  const connection = openApi({ token, apiRoot });
  const { api } = connection;
  const me = await whoAmI({ api, store, log, clock, token });
  const outbox = new Outbox({ clock, log });
  const engineIds = engines.all.map(({ id }) => id);
  const covers = botSecrets(loaded, env, engineIds);
  const isResumeLine = (line: string): boolean => source.runners.some((runner) => runner.isResumeLine(line));
  const onMigrate = (from: number, to: number): void => moveChat({ store, log, secrets: covers.secrets }, from, to);
  const chat = coverSecrets(createTelegramChat({ api, outbox, clock, log, onMigrate }), { ...covers, isResumeLine });
  const { uploads_dir: uploadsDir, deny_globs: denyGlobs } = filesConfig;
  const files = createTelegramFiles({ api, token, apiRoot, clock, uploadsDir, denyGlobs });
  return { ...connection, me, outbox, chat, files, secrets: covers.secrets };
}
