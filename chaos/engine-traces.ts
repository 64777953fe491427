import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** One prompt as an engine process got it. */
export interface Started {
  readonly at: number;
  readonly pid: number;
  readonly session: string;
  /** Without the files it names. */
  readonly prompt: string;
  /** Paths of files that came with it. */
  readonly files: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A prompt that an engine has given its whole result for. */
export interface Ended {
  readonly at: number;
  readonly prompt: string;
}

/** Two processes that had one session at the same time. */
export interface Overlap {
  readonly session: string;
  readonly pid: number;
  readonly other: number;
  /** Whether the other one had not yet given its result. */
  readonly isWorking: boolean;
}

/** A file is a line below the prompt. */
const FILE = /\n?^Attached file: (.*)$/gm;

function withoutFiles(prompt: string): string {
  return prompt.replace(FILE, "");
}

const started: z.ZodType<Started> = z
  .object({
    at: z.number(),
    pid: z.number(),
    session: z.string(),
    prompt: z.string(),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()),
  })
  .transform(({ prompt, ...line }) => {
    const files = [...prompt.matchAll(FILE)].map(([, path = ""]) => path);
    return { ...line, prompt: withoutFiles(prompt), files };
  });

const ended: z.ZodType<Ended> = z.object({ at: z.number(), prompt: z.string().transform(withoutFiles) });

const overlap: z.ZodType<Overlap> = z.object({
  session: z.string(),
  pid: z.number(),
  other: z.number(),
  isWorking: z.boolean(),
});

/** What the scripted engines of one scenario left in its directory. */
export class EngineTraces {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  started(): readonly Started[] {
    return this.#lines("ledger.jsonl").map((line) => started.parse(line));
  }

  ended(): readonly Ended[] {
    return this.#lines("ended.jsonl").map((line) => ended.parse(line));
  }

  /** When an engine gave its result for the prompt of this name, in milliseconds since 1970. */
  resultAt(name: string): number | undefined {
    return this.ended().find(({ prompt }) => prompt.split(" ")[1] === name)?.at;
  }

  overlaps(): readonly Overlap[] {
    return this.#lines("overlaps.jsonl").map((line) => overlap.parse(line));
  }

  /** Every process of the engines that said so: they themselves, and those they started. */
  pids(): readonly number[] {
    const family = this.#lines("family.jsonl").map((line) => z.object({ pid: z.number() }).parse(line).pid);
    return [...this.started().map(({ pid }) => pid), ...family];
  }

  alive(): readonly number[] {
    return this.pids().filter(isRunning);
  }

  /** Those that are alive, and what else has the directory in its arguments: shells that carry an engine, engines that died young. */
  remaining(): readonly number[] {
    return [...new Set([...this.pids(), ...this.#withDirInArguments()])].filter(isRunning);
  }

  /** All processes of runs, also those that carry an engine and say nothing themselves. */
  carried(): readonly number[] {
    return processes().filter((pid) => isRunning(pid) && this.#isOfRun(pid));
  }

  #isOfRun(pid: number): boolean {
    const environment = (readText(`/proc/${pid}/environ`) ?? "").split("\0");
    return environment.includes(`HOME=${this.dir}`) && environment.some((each) => each.startsWith("TAKOPI_RUN_ID="));
  }

  /** Lets an engine that waits go on. */
  release(name: string): void {
    writeFileSync(join(this.dir, `${name}.go`), "");
  }

  hasSign(sign: string): boolean {
    return this.#read(sign) !== undefined;
  }

  #withDirInArguments(): readonly number[] {
    const mark = `--dir=${this.dir}`;
    return processes().filter((pid) => (readText(`/proc/${pid}/cmdline`) ?? "").split("\0").includes(mark));
  }

  #lines(file: string): readonly unknown[] {
    const lines = (this.#read(file) ?? "").split("\n").slice(0, -1);
    return lines.map((line): unknown => JSON.parse(line));
  }

  #read(file: string): string | undefined {
    return readText(join(this.dir, file));
  }
}

function processes(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function isRunning(pid: number): boolean {
  // A zombie is gone but for its parent; its state is the third field.
  return readText(`/proc/${pid}/stat`)?.split(") ")[1]?.startsWith("Z") === false;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not written yet, or the process has gone.
    return undefined;
  }
}
