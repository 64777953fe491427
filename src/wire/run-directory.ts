import { execFile } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ProcessIdentity } from "../domain/process.ts";

const run = promisify(execFile);

/**
 * The directory through which a program talks with an engine process that may outlive it. What the engine prints is in `stdout` and
 * `stderr`. What it is told lies in `in.1`, `in.2`, …, each put there whole or not at all; the engine's feeder passes them on in that
 * order, and ends the engine's input when `end` is there. `bell` wakes the feeder, and `deaf` says that it is gone. `exit` has the exit
 * code. `after.1`, … say how much had been read when that was told, and `note.<name>` is what the program wants to know later.
 */
export class RunDirectory {
  readonly path: string;
  #toldCount: number;

  constructor(path: string) {
    this.path = path;
    this.#toldCount = this.#countTold();
  }

  /** Makes what an engine needs to be started here. Rejects where there are no named pipes. */
  async prepare(): Promise<void> {
    await run("mkfifo", ["-m", "600", this.file("bell"), this.file("stdin")]);
    for (const name of ["stdout", "stderr"]) writeFileSync(this.file(name), "", { mode: 0o600 });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /**
   * Gives the engine a text: from now on it gets it, also when this program ends, unless it closes its input or ends itself. `linesRead`:
   * how many of the engine's lines had been read by then.
   */
  tell(text: string, linesRead?: number): void {
    this.#toldCount += 1;
    // First: whoever finds the text finds this, too.
    if (linesRead !== undefined) this.#put(`after.${this.#toldCount}`, `${linesRead}\n`);
    this.#put(`in.${this.#toldCount}`, text);
    this.#ring();
  }

  /** All it was told, by whatever program, in order. */
  told(): readonly string[] {
    return Array.from({ length: this.#toldCount }, (_, index) => readFileSync(this.file(`in.${index + 1}`), "utf8"));
  }

  /** How many of the engine's lines had been read when each of these was told; 0 where that was not said. */
  toldAfter(): readonly number[] {
    return Array.from({ length: this.#toldCount }, (_, index) => Number(this.#read(`after.${index + 1}`)));
  }

  /** Keeps a text under a name (of letters, digits, `-`, `_` and `.`) for as long as the directory is there. */
  note(name: string, text: string): void {
    this.#put(`note.${name}`, text);
  }

  /** Undefined where nothing is noted under this name. */
  noted(name: string): string | undefined {
    return existsSync(this.file(`note.${name}`)) ? this.#read(`note.${name}`) : undefined;
  }

  /** Nothing more is told; the engine's input ends behind what was. */
  endInput(): void {
    writeFileSync(this.file("end"), "", { mode: 0o600 });
    this.#ring();
  }

  /** Nothing more is passed on: the engine has closed its input, or it was ended. */
  isDeaf(): boolean {
    return existsSync(this.file("deaf")) || existsSync(this.file("end"));
  }

  /** As a shell has it: 128 and the signal's number for an engine that was ended by one. Absent while it runs. */
  exitCode(): number | undefined {
    const [, code] = /^(\d+)\n$/.exec(this.#read("exit")) ?? [];
    return code === undefined ? undefined : Number(code);
  }

  setIdentity({ pid, startMark }: ProcessIdentity): void {
    writeFileSync(this.file("process"), `${pid} ${startMark}\n`, { mode: 0o600 });
  }

  /** The process that was started here; absent when none was, or the program ended before it could note it. */
  identity(): ProcessIdentity | undefined {
    const [, pid, startMark] = /^(\d+) (.+)\n$/.exec(this.#read("process")) ?? [];
    return startMark === undefined ? undefined : { pid: Number(pid), startMark };
  }

  /** Nothing is to be taken up from here: the engine is being ended, or is not recorded. */
  close(): void {
    writeFileSync(this.file("closed"), "", { mode: 0o600 });
  }

  isClosed(): boolean {
    return existsSync(this.file("closed"));
  }

  hasTold(): boolean {
    return this.#toldCount > 0;
  }

  /** Whole or not at all. */
  #put(name: string, text: string): void {
    writeFileSync(this.file(`${name}.new`), text, { mode: 0o600 });
    renameSync(this.file(`${name}.new`), this.file(name));
  }

  #countTold(): number {
    return readdirSync(this.path).filter((name) => /^in\.\d+$/.test(name)).length;
  }

  #read(name: string): string {
    try {
      return readFileSync(this.file(name), "utf8");
    } catch {
      // Not written yet.
      return "";
    }
  }

  #ring(): void {
    try {
      const bell = openSync(this.file("bell"), constants.O_WRONLY | constants.O_NONBLOCK);
      try {
        writeSync(bell, "\n");
      } finally {
        closeSync(bell);
      }
    } catch {
      // The feeder looks before it listens: one that is not there yet will find what there is. One that is gone needs no bell.
    }
  }
}
