import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface BotProcessOptions {
  /** The compiled program. */
  readonly main: string;
  readonly config: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface BotExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program as a process. */
export interface BotProcess {
  /** The end of what it wrote. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  readonly exited: Promise<BotExit>;
}

const OUTPUT_CHARS = 100_000;

/** Starts `takopi --config FILE` with an environment of its own. Whoever starts it ends it. */
export function startBotProcess({ main, config, home, env }: BotProcessOptions): BotProcess {
  const child = spawn(process.execPath, [main, "--config", config], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, TAKOPI_LOG_LEVEL: "debug", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-OUTPUT_CHARS);
    });
  }
  return { output: () => text, signal: (name) => void child.kill(name), exited: exitOf(child) };
}

async function exitOf(child: ChildProcess): Promise<BotExit> {
  await once(child, "exit");
  return { code: child.exitCode, signal: child.signalCode };
}
