import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** One prompt as an engine process got it. */
export interface Started {
  readonly at: number;
  readonly pid: number;
  readonly session: string;
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

const started: z.ZodType<Started> = z.object({
  at: z.number(),
  pid: z.number(),
  session: z.string(),
  prompt: z.string(),
});

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

  /** The prompts an engine has given its whole result for. */
  ended(): readonly string[] {
    return this.#lines("ended.jsonl").map((line) => z.object({ prompt: z.string() }).parse(line).prompt);
  }

  /** When an engine gave its result for the prompt of this name, in milliseconds since 1970. */
  resultAt(name: string): number | undefined {
    const line = z.object({ at: z.number(), prompt: z.string() });
    return this.#lines("ended.jsonl")
      .map((ended) => line.parse(ended))
      .find(({ prompt }) => prompt.split(" ")[1] === name)?.at;
  }

  overlaps(): readonly Overlap[] {
    return this.#lines("overlaps.jsonl").map((line) => overlap.parse(line));
  }

  /** The engines and all that they started and that still runs, also those that left no trace but the directory in their arguments. */
  alive(): readonly number[] {
    const family = this.#lines("family.jsonl").map((line) => z.object({ pid: z.number() }).parse(line).pid);
    const traced = [...this.started().map(({ pid }) => pid), ...family].filter(isRunning);
    return [...new Set([...traced, ...this.#withDirInArguments()])];
  }

  /** Lets an engine that waits go on. */
  release(name: string): void {
    writeFileSync(join(this.dir, `${name}.go`), "");
  }

  hasSign(sign: string): boolean {
    return this.#read(sign) !== undefined;
  }

  #withDirInArguments(): readonly number[] {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const mark = `--dir=${this.dir}`;
    return pids
      .filter((pid) => (readText(`/proc/${pid}/cmdline`) ?? "").split("\0").includes(mark))
      .map(Number)
      .filter(isRunning);
  }

  #lines(file: string): readonly unknown[] {
    const lines = (this.#read(file) ?? "").split("\n").slice(0, -1);
    return lines.map((line): unknown => JSON.parse(line));
  }

  #read(file: string): string | undefined {
    return readText(join(this.dir, file));
  }
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
