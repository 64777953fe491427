import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type RunningBot, startBot } from "../../src/app/start-bot.ts";
import type { Log } from "../../src/bridge/ports.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { type LocalTelegram, startLocalTelegram } from "../../src/local/local-telegram.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";

export interface LocalBotOptions {
  /** More of `takopi.toml`: keys of `[transports.telegram]` first, then other tables. */
  readonly telegramKeys?: string;
  readonly tables?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly floodLimits?: boolean;
  /** Engines of `[plugins] runners` in the tables. */
  readonly pluginIds?: readonly string[];
}

/** The whole bot in this process, against the embedded Telegram, with the scripted engine at full speed. */
export interface LocalBot {
  readonly telegram: LocalTelegram;
  readonly world: LocalWorld;
  readonly dir: string;
  readonly logged: readonly string[];
  /** The owner writes in the private chat. */
  say(text: string, options?: { replyTo?: number; chat?: number; from?: number }): LocalMessage;
  /** Waits for the first message of the bot whose text matches. */
  shows(pattern: RegExp, options?: { chat?: number; after?: number }): Promise<LocalMessage>;
  /** Presses the first button of a message whose label matches; resolves to the toast. */
  press(message: LocalMessage, label: RegExp, from?: number): Promise<string | undefined>;
  /** The names in the command menu. */
  commands(): Promise<readonly string[]>;
  stopBot(options?: { readonly keepRuns?: boolean }): Promise<void>;
  startBot(): Promise<void>;
  close(): Promise<void>;
}

const builtIn: readonly string[] = ["mock", "claude", "codex", "opencode", "pi", "acp", "happi", "heddle", "happy"];

export async function startLocalBot(options: LocalBotOptions = {}): Promise<LocalBot> {
  const telegram = await startLocalTelegram({ floodLimits: options.floodLimits ?? false });
  const dir = mkdtempSync(join(tmpdir(), "takopi-e2e-"));
  const path = join(dir, "takopi.toml");
  writeFileSync(path, configText(telegram, options), { mode: 0o600 });
  const logged: string[] = [];
  const start = (): Promise<RunningBot> => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: dir, ...options.env };
    const loaded = loadConfig({ path, env, engineIds: [...builtIn, ...(options.pluginIds ?? [])] });
    return startBot({ loaded, env, cwd: dir, log: recordingLog(logged) });
  };
  let bot: RunningBot | undefined = await start();
  const { world } = telegram;
  const stopBot: LocalBot["stopBot"] = async (options) => {
    await bot?.stop(options);
    bot = undefined;
  };
  return {
    telegram,
    world,
    dir,
    logged,
    say: (text, { replyTo, chat = telegram.owner.privateChatId, from = telegram.owner.id } = {}) =>
      world.message({ chat, from, text, ...(replyTo !== undefined && { reply_to: replyTo }) }),
    shows: (pattern, { chat, after = 0 } = {}) =>
      world.waitFor((now) =>
        now.botMessages(chat).find((seen) => seen.message_id > after && pattern.test(textOf(seen))),
      ),
    press: (message, label, from = telegram.owner.id) => press(world, { message, label, from }),
    commands: () => commandNames(telegram),
    stopBot,
    startBot: async () => {
      bot = await start();
    },
    close: async () => {
      await stopBot();
      await telegram.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const commandsSchema = z.object({ result: z.array(z.object({ command: z.string() })) });

async function commandNames({ url, token }: LocalTelegram): Promise<readonly string[]> {
  const response = await fetch(`${url}/bot${token}/getMyCommands`);
  return commandsSchema.parse(await response.json()).result.map(({ command }) => command);
}

/** The labels of a message's buttons. */
export function labelsOf(message: LocalMessage): readonly string[] {
  return (message.reply_markup?.inline_keyboard ?? []).flat().map(({ text }) => text);
}

export function textOf(message: LocalMessage): string {
  return message.text ?? message.caption ?? "";
}

function configText(telegram: LocalTelegram, { telegramKeys = "", tables = "" }: LocalBotOptions): string {
  return [
    'default_engine = "mock"',
    "[transports.telegram]",
    `bot_token = "${telegram.token}"`,
    `api_root = "${telegram.url}"`,
    `chat_id = ${telegram.owner.privateChatId}`,
    telegramKeys,
    "[mock]",
    "speed = 0",
    tables,
  ].join("\n");
}

async function press(
  world: LocalWorld,
  { message, label, from }: { message: LocalMessage; label: RegExp; from: number },
): Promise<string | undefined> {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const button = rows.flat().find((candidate) => label.test(candidate.text));
  if (button?.callback_data === undefined) throw new Error(`no button ${label} under: ${textOf(message)}`);
  const query = world.press({ chat: message.chat.id, message: message.message_id, from, data: button.callback_data });
  return world
    .waitFor((now) => {
      const answer = now.events().find((event) => event.type === "callback_answer" && event.query_id === query);
      return answer?.type === "callback_answer" ? { text: answer.text } : undefined;
    })
    .then(({ text }) => text);
}

function recordingLog(lines: string[]): Log {
  const write = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    lines.push(
      `${level} ${message} ${fields?.["error"] instanceof Error ? fields["error"].stack : JSON.stringify(fields ?? {})}`,
    );
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
