import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";

const root = resolve(import.meta.dirname, "../..");
/** Inside the checkout, so that Node finds its packages. */
const builds = join(root, ".cache/e2e-dist");

export interface BuiltBotOptions {
  readonly config: string;
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How the process ended. */
export interface BotExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The compiled program as a process of its own. */
export interface BuiltBot {
  readonly pid: number;
  /** What it wrote so far, standard output and standard error together. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  readonly exited: Promise<BotExit>;
}

/** Starts `takopi --config FILE` with an environment of its own. Whoever starts it ends it. */
export function startBuiltBot({ config, home, env = {} }: BuiltBotOptions): BuiltBot {
  const main = join(compiled(), "src/main.js");
  const child = spawn(process.execPath, [main, "--config", config], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, TAKOPI_LOG_LEVEL: "debug", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => written.push(String(chunk)));
  return {
    pid: child.pid ?? 0,
    output: () => written.join(""),
    signal: (name) => void child.kill(name),
    exited: exitOf(child),
  };
}

async function exitOf(child: ChildProcess): Promise<BotExit> {
  await once(child, "close");
  return { code: child.exitCode, signal: child.signalCode };
}

let build: string | undefined;

/** The directory of the compiled program; compiled once for each state of the sources, whoever asks first. */
export function compiled(): string {
  build ??= inTurn(() => {
    const target = join(builds, hashOfSources());
    if (!existsSync(target)) compileInto(target);
    return target;
  });
  return build;
}

/** Waits for others who compile: SQLite's lock is gone with its holder, however that ends. */
function inTurn<T>(work: () => T): T {
  mkdirSync(builds, { recursive: true });
  const lock = new Database(join(builds, "lock"), { timeout: 120_000 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return work();
  } finally {
    lock.close();
  }
}

function hashOfSources(): string {
  const hash = createHash("sha256").update(readFileSync(join(root, "tsconfig.json")));
  for (const folder of ["src", "runners"]) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    for (const file of files.toSorted()) hash.update(file).update(readFileSync(join(root, folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** A type error is another check's business: the compiler writes the program all the same. */
function compileInto(target: string): void {
  removeOldBuilds();
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", `${target}.new`, "--declaration", "false"];
  const { stdout } = spawnSync(process.execPath, [...args, "--isolatedDeclarations", "false"], { encoding: "utf8" });
  if (!existsSync(join(`${target}.new`, "src/main.js"))) throw new Error(`the program can't be compiled:\n${stdout}`);
  renameSync(`${target}.new`, target);
}

/** The newest ones may be in use by others, who began before the sources changed. */
function removeOldBuilds(): void {
  const folders = readdirSync(builds, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const paths = folders.map(({ name }) => join(builds, name));
  const newestFirst = paths.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of newestFirst.slice(3)) rmSync(path, { recursive: true });
}
