import { isAbsolute, join, resolve } from "node:path";
import { type ProcessExit, SpawnError } from "../wire/subprocess.ts";

/** Where the words of a command are at home. */
export interface ProgramPlace {
  /** Directory that a relative path is relative to. */
  readonly configDir: string;
  /** What `~/` stands for: no shell reads the command. Absent: nothing. */
  readonly home: string | undefined;
}

/** The program of a command: a name is looked up on PATH by whoever starts it; a path is made absolute here. */
export function resolveProgram(program: string, { configDir, home }: ProgramPlace): string {
  if (program.startsWith("~/") && home !== undefined) return join(home, program.slice(2));
  return program.includes("/") && !isAbsolute(program) ? resolve(configDir, program) : program;
}

/** Why a program could not be started, for people. Where it is not there, that is how to install it: `Install Pi: npm …`. */
export function spawnFailure(error: unknown, install: string): { readonly error: string } {
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof SpawnError && error.reason === "not_found";
  return { error: isMissing ? `${message}\n${install}` : message };
}

/** How a program ended, for people. */
export function describeExit(exit: ProcessExit): string {
  return exit.kind === "exited" ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}
