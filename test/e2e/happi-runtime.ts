import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestAPI } from "vitest";
import { EngineTraces } from "../../chaos/engine-traces.ts";
import { readEvents, type SeenEvent } from "../happi/conformance.ts";
import { type BotExit, compiled } from "./built-bot.ts";
import { scriptedClaude } from "./real-bot.ts";
import { until } from "./until.ts";

/** Where the compiled program is. */
export function mainPath(): string {
  return join(compiled(), "src/main.js");
}

/** A configuration with the scripted engines at full speed, in a home of its own. */
export class HappiHome {
  readonly dir: string = mkdtempSync(join(tmpdir(), "takopi-happi-"));
  readonly config: string = join(this.dir, "takopi.toml");
  readonly engine: EngineTraces = new EngineTraces(this.dir);
  readonly #runtimes: HappiRuntime[] = [];

  constructor(tables = "") {
    this.configure(tables);
  }

  configure(tables: string): void {
    writeFileSync(this.config, `[mock]\nspeed = 0\n${scriptedClaude(this.dir)}${tables}`);
  }

  /** The command line of the runtime. */
  get command(): readonly [string, ...string[]] {
    return [process.execPath, mainPath(), "happi", "--config", this.config];
  }

  start(command: readonly [string, ...string[]] = this.command): HappiRuntime {
    const runtime = new HappiRuntime(command, this.dir);
    this.#runtimes.push(runtime);
    return runtime;
  }

  /** A script of the plain shell, with the page's word for the runtime. */
  shell(script: string): HappiRuntime {
    const quoted = this.command.map((word) => `'${word}'`).join(" ");
    return this.start(["sh", "-c", script.replaceAll("<your-runtime>", quoted)]);
  }

  async close(): Promise<void> {
    for (const runtime of this.#runtimes) runtime.signal("SIGKILL");
    await Promise.all(this.#runtimes.map(({ exited }) => exited));
    for (const pid of this.engine.alive()) process.kill(pid, "SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The program as a process, and its three pipes. */
export class HappiRuntime {
  readonly exited: Promise<BotExit>;
  readonly child: ChildProcessWithoutNullStreams;
  #stdout = "";
  #stderr = "";

  constructor([command, ...args]: readonly [string, ...string[]], home: string) {
    const env = { PATH: process.env["PATH"], HOME: home };
    this.child = spawn(command, args, { cwd: home, env, stdio: "pipe" });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.child.stdin.on("error", () => {});
    this.exited = once(this.child, "close").then(() => ({ code: this.child.exitCode, signal: this.child.signalCode }));
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get events(): readonly SeenEvent[] {
    return readEvents(this.#stdout.slice(0, this.#stdout.lastIndexOf("\n") + 1));
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  send(...envelopes: readonly unknown[]): void {
    for (const envelope of envelopes) this.child.stdin.write(`${JSON.stringify(envelope)}\n`);
  }

  /** Closes the input; resolves with how the process ended. */
  end(): Promise<BotExit> {
    this.child.stdin.end();
    return this.exited;
  }

  until<T>(what: string, check: () => T | undefined | false): Promise<T> {
    const explain = (): string => `${this.#stdout.slice(-2_000)}\n${this.#stderr.slice(-2_000)}`;
    return until(what, check, { timeoutMs: 40_000, explain });
  }

  says(fits: (event: SeenEvent) => boolean): Promise<SeenEvent> {
    return this.until("an event", () => this.events.find(fits));
  }
}

/** Each test has a home of its own, so that tests can run side by side. */
export const it: TestAPI<{ home: HappiHome }> = test.extend<{ home: HappiHome }>({
  home: async ({ task: _task }, use) => {
    const home = new HappiHome();
    try {
      await use(home);
    } finally {
      await home.close();
    }
  },
});
