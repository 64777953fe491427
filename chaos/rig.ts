import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalTelegram, startLocalTelegram } from "../src/local/local-telegram.ts";
import type { LocalWorld } from "../src/local/local-world.ts";
import { FORUM, GROUP } from "../src/local/world/seed.ts";
import { type BotExit, type BotProcess, startBotProcess } from "./bot-process.ts";
import { EngineTraces } from "./engine-traces.ts";
import { enginePath } from "./paths.ts";
import type { Life } from "./scenario.ts";
import { until } from "./until.ts";

/** One process of the bot, from its start to its end. */
export interface LifeRecord {
  readonly life: Life;
  readonly process: BotProcess;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The last call before it. */
  readonly firstCall: number;
  /** Absent while it runs. `itself`: nobody ended it, which it never should do. */
  end?: {
    readonly at: number;
    readonly cause: "kill" | "terminate" | "fail point" | "itself";
    readonly exit: BotExit;
    readonly hasPolled: boolean;
  };
  /** What the kit did to end it. */
  asked?: "kill" | "terminate";
}

/** A bot that keeps ending by itself is not started for ever. */
const MAX_OWN_ENDS = 3;

/** A Telegram that outlives the bot, the scripted engine, and the bot as one process after the other. */
export class Rig {
  static readonly #open: Set<Rig> = new Set();
  readonly telegram: LocalTelegram;
  readonly dir: string;
  readonly traces: EngineTraces;
  readonly lives: LifeRecord[] = [];
  readonly #plan: readonly Life[];
  readonly #main: string;
  #isDown = true;
  #isClosed = false;

  /** `main` is the compiled program. */
  static async create(plan: readonly Life[], main: string): Promise<Rig> {
    const telegram = await startLocalTelegram();
    const dir = mkdtempSync(join(tmpdir(), "takopi-chaos-"));
    writeFileSync(join(dir, "takopi.toml"), configText(telegram, dir), { mode: 0o600 });
    return new Rig({ telegram, dir, plan, main });
  }

  private constructor(parts: { telegram: LocalTelegram; dir: string; plan: readonly Life[]; main: string }) {
    this.telegram = parts.telegram;
    this.dir = parts.dir;
    this.traces = new EngineTraces(parts.dir);
    this.#plan = parts.plan;
    this.#main = parts.main;
    Rig.#open.add(this);
  }

  /** Leaves nothing behind when the kit itself is ended. */
  static async closeAll(): Promise<void> {
    await Promise.all([...Rig.#open].map((rig) => rig.close()));
  }

  get world(): LocalWorld {
    return this.telegram.world;
  }

  get journal(): string {
    return join(this.dir, "takopi.db");
  }

  /** What all processes wrote, the latest last. */
  log(): string {
    return this.lives.map(({ process }) => process.output()).join("\n— next process —\n");
  }

  get lastCall(): number {
    return this.world.requests().at(-1)?.id ?? 0;
  }

  /** The bot runs from now on, and is started again whenever it has ended. */
  up(): void {
    this.#isDown = false;
    if (this.#running === undefined && !this.isBroken) this.#launch();
  }

  /** SIGKILL, and no new start. */
  async down(): Promise<void> {
    this.#isDown = true;
    await this.end("kill");
  }

  /** Ends the process; resolves when it is gone. A new one is started unless the bot is down. */
  async end(how: "kill" | "terminate"): Promise<void> {
    const record = this.#running;
    if (record === undefined) return;
    record.asked ??= how;
    record.process.signal(how === "kill" ? "SIGKILL" : "SIGTERM");
    await record.process.exited;
    await until(() => record.end !== undefined, 1_000);
  }

  /** Whether the present process has asked for updates. */
  get isReady(): boolean {
    const record = this.#running;
    if (record === undefined) return false;
    return this.world.requests({ method: "getUpdates", after: record.firstCall }).length > 0;
  }

  /** Whether it is not started any more: it keeps ending by itself. */
  get isBroken(): boolean {
    return this.lives.filter(({ end }) => end?.cause === "itself").length >= MAX_OWN_ENDS;
  }

  /** The group's id changes when it becomes a supergroup. */
  get groupId(): number {
    return this.world.state.chats.get(GROUP.id)?.migratedTo ?? GROUP.id;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    Rig.#open.delete(this);
    for (const { process } of this.lives) process.signal("SIGKILL");
    await Promise.all(this.lives.map(({ process }) => process.exited));
    for (const pid of this.traces.remaining()) process.kill(pid, "SIGKILL");
    await this.telegram.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get #running(): LifeRecord | undefined {
    const last = this.lives.at(-1);
    return last?.end === undefined ? last : undefined;
  }

  #launch(): void {
    const life = this.#plan[this.lives.length] ?? {};
    const { failPoint, journalFault } = life;
    const env = {
      ...(failPoint !== undefined && { TAKOPI_FAIL_POINT: failPoint }),
      ...(journalFault !== undefined && { TAKOPI_JOURNAL_FAULT: journalFault }),
    };
    const options = { main: this.#main, config: join(this.dir, "takopi.toml"), home: this.dir, env };
    const firstCall = this.lastCall;
    const record: LifeRecord = { life, process: startBotProcess(options), startedAt: Date.now(), firstCall };
    this.lives.push(record);
    void record.process.exited.then((exit) => this.#ended(record, exit));
  }

  #ended(record: LifeRecord, exit: BotExit): void {
    // Also when it was asked to end in order just before.
    const isOwnKill = exit.signal === "SIGKILL" && record.life.failPoint !== undefined && record.asked !== "kill";
    const hasPolled = this.world.requests({ method: "getUpdates", after: record.firstCall }).length > 0;
    record.end = { at: Date.now(), cause: isOwnKill ? "fail point" : (record.asked ?? "itself"), exit, hasPolled };
    if (!this.#isDown && !this.#isClosed && !this.isBroken) this.#launch();
  }
}

function configText(telegram: LocalTelegram, dir: string): string {
  const path = JSON.stringify(dir);
  return `
default_engine = "claude"
[transports.telegram]
bot_token = "${telegram.token}"
api_root = "${telegram.url}"
allowed_user_ids = [${telegram.owner.id}]
[approvals]
policy = "ask"
[claude]
command = [${JSON.stringify(process.execPath)}, ${JSON.stringify(enginePath)}, ${JSON.stringify(`--dir=${dir}`)}]
[projects.group]
path = ${path}
chat_id = ${GROUP.id}
[projects.forum]
path = ${path}
chat_id = ${FORUM.id}
`;
}
