import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { test, type TestAPI } from "vitest";
import { EngineTraces } from "../../chaos/engine-traces.ts";
import type { LocalMessage } from "../../src/local/bot-api-types.ts";
import { type LocalTelegram, startLocalTelegram } from "../../src/local/local-telegram.ts";
import type { LocalWorld } from "../../src/local/local-world.ts";
import { describeChats } from "../../src/local/world/describe-chats.ts";
import { type BotExit, type BuiltBot, startBuiltBot } from "./built-bot.ts";
import { textOf } from "./local-bot.ts";
import { until } from "./until.ts";

const program = resolve(import.meta.dirname, "../../fixtures/programs-e2e/claude.mjs");

/** The `[claude]` table that starts the scripted engine, which leaves its traces in `dir`. */
export function scriptedClaude(dir: string): string {
  return `[claude]\ncommand = ["${process.execPath}", "${program}", "--dir=${dir}"]\n`;
}

export interface RealBotOptions {
  /** The table of the engine; default: the scripted one. */
  readonly claude?: string;
  /** More tables of `takopi.toml`. */
  readonly tables?: string;
  /** More of the program's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The program as a process, the scripted engine, and a Telegram that outlives both. */
export class RealBot {
  readonly telegram: LocalTelegram;
  readonly dir: string;
  readonly engine: EngineTraces;
  readonly #env: Readonly<Record<string, string>>;
  readonly #processes: BuiltBot[] = [];

  static async create({ claude, tables = "", env = {} }: RealBotOptions = {}): Promise<RealBot> {
    const telegram = await startLocalTelegram();
    const dir = mkdtempSync(join(tmpdir(), "takopi-e2e-"));
    const bot = new RealBot(telegram, dir, env);
    writeFileSync(
      bot.config,
      [
        'default_engine = "claude"',
        "[transports.telegram]",
        `bot_token = "${telegram.token}"`,
        `api_root = "${telegram.url}"`,
        `allowed_user_ids = [${telegram.owner.id}]`,
        claude ?? scriptedClaude(dir),
        tables,
      ].join("\n"),
      { mode: 0o600 },
    );
    return bot;
  }

  private constructor(telegram: LocalTelegram, dir: string, env: Readonly<Record<string, string>>) {
    this.telegram = telegram;
    this.dir = dir;
    this.#env = env;
    this.engine = new EngineTraces(dir);
  }

  get world(): LocalWorld {
    return this.telegram.world;
  }

  get config(): string {
    return join(this.dir, "takopi.toml");
  }

  get process(): BuiltBot {
    const newest = this.#processes.at(-1);
    if (newest === undefined) throw new Error("the bot was not started");
    return newest;
  }

  /** Everything all its processes wrote. */
  output(): string {
    return this.#processes.map((process) => process.output()).join("\n— next process —\n");
  }

  say(text: string, replyTo?: number): LocalMessage {
    return this.world.message({ text, ...(replyTo !== undefined && { reply_to: replyTo }) });
  }

  /** Resolves when a call of this method has come in after call `after`; it may not have had its effect yet. */
  async called(method: string, after: number): Promise<void> {
    await this.until(`a call of ${method}`, () => this.world.requests({ method, after }).length > 0);
  }

  /** The id of the latest call. */
  get lastCall(): number {
    return this.world.requests().at(-1)?.id ?? 0;
  }

  /** Presses the first button under a message. */
  press(message: LocalMessage): void {
    const data = message.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? "";
    this.world.press({ message: message.message_id, data });
  }

  texts(): readonly string[] {
    return this.world.botMessages().map(textOf);
  }

  /** Resolves when the program has asked for updates. */
  async start(): Promise<void> {
    const before = this.lastCall;
    this.launch();
    await this.called("getUpdates", before);
  }

  launch(): BuiltBot {
    const process = startBuiltBot({ config: this.config, home: this.dir, env: this.#env });
    this.#processes.push(process);
    return process;
  }

  /** SIGKILL; resolves when the kernel has taken it away. */
  async kill(): Promise<void> {
    this.process.signal("SIGKILL");
    await this.process.exited;
  }

  /**
   * SIGKILL and a new start. A receipt whose answer the killed process did not live to read is taken out of the chat meanwhile: no bot
   * can know the id of such a message, so nothing can correct it.
   */
  async restart(): Promise<void> {
    await this.kill();
    this.#removeOrphans();
    await this.start();
  }

  #removeOrphans(): void {
    for (const message of this.world.botMessages()) {
      if (isReceipt(message) && !this.#knows(message)) this.world.delete({ message: message.message_id });
    }
  }

  /** Whether the bot has noted the id of its message. */
  #knows(message: LocalMessage): boolean {
    const journal = new Database(join(this.dir, "takopi.db"), { readonly: true });
    const row = journal.prepare("SELECT 1 FROM messages WHERE message_id = ?").get(message.message_id);
    journal.close();
    return row !== undefined;
  }

  /** The orderly end. */
  terminate(): Promise<BotExit> {
    this.process.signal("SIGTERM");
    return this.process.exited;
  }

  until<T>(what: string, check: () => T | undefined | false, timeoutMs = 20_000): Promise<T> {
    const explain = (): string => `${describeChats(this.world.state)}\n${this.output().slice(-4000)}`;
    return until(what, check, { timeoutMs, explain });
  }

  shows(pattern: RegExp, timeoutMs?: number): Promise<LocalMessage> {
    const find = () => this.world.botMessages().find((message) => pattern.test(textOf(message)));
    return this.until(`a message like ${pattern}`, find, timeoutMs);
  }

  /** The message, once the bot knows its id and goes on with it after a kill. */
  async keeps(pattern: RegExp): Promise<LocalMessage> {
    const message = await this.shows(pattern);
    return await this.until("the message is noted", () => this.#knows(message) && message);
  }

  /** The prompts in the order in which they became runs. */
  accepted(): readonly string[] {
    const journal = new Database(join(this.dir, "takopi.db"), { readonly: true });
    const prompts = journal.prepare<[], string>("SELECT prompt FROM runs ORDER BY seq").pluck().all();
    journal.close();
    return prompts;
  }

  /** A run whose receipt is visible and noted, and whose engine holds. Resolves to the receipt. */
  async works(prompt: string): Promise<LocalMessage> {
    this.say(prompt);
    const name = prompt.split(" ")[1] ?? "";
    await this.until("the engine works", () => this.engine.hasSign(`${name}.started`));
    const receipt = await this.shows(/^(starting|working)/);
    return this.until("the receipt is noted", () => this.#knows(receipt) && receipt);
  }

  async close(): Promise<void> {
    for (const bot of this.#processes) bot.signal("SIGKILL");
    await Promise.all(this.#processes.map((bot) => bot.exited));
    for (const pid of [...this.engine.alive(), ...this.engine.carried()]) endNow(pid);
    await this.telegram.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** An engine's end is also that of the shell that carries it. */
function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone meanwhile.
  }
}

function isReceipt(message: LocalMessage): boolean {
  return /^(starting|queued)/.test(textOf(message));
}

/** Each test has a bot of its own, which polls, so that tests can run side by side. */
export const it: TestAPI<{ bot: RealBot }> = withTables("");

/** The same with runs that end with the bot. */
export const itEnding: TestAPI<{ bot: RealBot }> = withTables("[limits]\nsurvive_restart = false");

function withTables(tables: string): TestAPI<{ bot: RealBot }> {
  return test.extend<{ bot: RealBot }>({
    bot: async ({ task: _task }, use) => {
      const bot = await RealBot.create({ tables });
      try {
        await bot.start();
        await use(bot);
      } finally {
        await bot.close();
      }
    },
  });
}
