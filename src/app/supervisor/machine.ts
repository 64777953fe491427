import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { childEnvironment } from "../../runner/child-env.ts";
import { type CommandResult, runCommand } from "../../wire/run-command.ts";
import { startSubprocess } from "../../wire/subprocess.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The machine as far as a supervisor is set up on it. */
export interface SupervisorMachine {
  readonly platform: NodeJS.Platform;
  readonly env: Env;
  readonly home: string;
  readonly user: { readonly id: number; readonly name: string };
  /** Absolute paths of Node and of this program. */
  readonly node: string;
  readonly program: string;
  run(command: string, args: readonly string[]): Promise<CommandResult>;
  /** Hands on each line a program prints until it ends or `signal` aborts. Rejects when it can't be started. */
  follow(command: string, args: readonly string[], watch: FollowOptions): Promise<void>;
  /** Undefined when there is no such file. */
  readFile(path: string): string | undefined;
  /** Makes the directory too. */
  writeFile(path: string, text: string): void;
  removeFile(path: string): void;
  pause(ms: number): Promise<void>;
}

export interface FollowOptions {
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Starting a bot that can't be reached takes systemd as long as it takes the bot. */
const COMMAND_MS = 60_000;

export function thisMachine(env: Env): SupervisorMachine {
  const { uid: id, username: name } = userInfo();
  const childEnv = { ...runtimeDir(id, env), ...childEnvironment(env, []) };
  return {
    platform: process.platform,
    env,
    home: env["HOME"] ?? homedir(),
    user: { id, name },
    node: process.execPath,
    program: realpathSync(process.argv[1] ?? ""),
    run: (command, args) => runCommand({ command, args, env: childEnv, timeoutMs: COMMAND_MS }),
    follow: (command, args, watch) => follow({ command, args, env: childEnv }, watch),
    readFile: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
    writeFile: (path, text) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    },
    removeFile: (path) => rmSync(path, { force: true }),
    pause: (ms) => delay(ms),
  };
}

/** Without it `systemctl --user` finds nothing; a login by `su` or `ssh` may not have set it. */
function runtimeDir(id: number, env: Env): Readonly<Record<string, string>> {
  const usual = `/run/user/${id}`;
  return env["XDG_RUNTIME_DIR"] === undefined && existsSync(usual) ? { XDG_RUNTIME_DIR: usual } : {};
}

async function follow(
  program: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  },
  { onLine, signal }: FollowOptions,
): Promise<void> {
  const child = await startSubprocess({ ...program, cwd: process.cwd(), runId: `command-${process.pid}` });
  const stop = (): void => void child.stop();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    child.endInput();
    for await (const line of child.lines) onLine(line.kind === "line" ? line.text : line.head);
  } finally {
    signal.removeEventListener("abort", stop);
    await child.stop();
  }
}
