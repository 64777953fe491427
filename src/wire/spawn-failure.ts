import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { findExecutable } from "./find-executable.ts";

/** Why a program could not be started, and what to do about it. */
export interface SpawnFailure {
  readonly reason: "not_found" | "not_executable" | "bad_cwd" | "failed";
  readonly message: string;
}

/** What was to be started. */
interface SpawnAttempt {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds the cause behind the system's error. ENOENT and EACCES alone do not tell whether the program, its interpreter or the
 * directory is meant.
 */
export async function explainSpawnFailure(attempt: SpawnAttempt, error: unknown): Promise<SpawnFailure> {
  const { command, cwd, env } = attempt;
  const directoryProblem = await findDirectoryProblem(cwd);
  if (directoryProblem !== undefined) return { reason: "bad_cwd", message: directoryProblem };
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOENT" && code !== "EACCES") {
    const detail = error instanceof Error ? error.message : String(error);
    return { reason: "failed", message: `${command} could not be started: ${detail}` };
  }
  const found = await findExecutable(command.includes("/") ? resolve(cwd, command) : command, env["PATH"] ?? "");
  switch (found.kind) {
    case "not_found":
      return { reason: "not_found", message: notFoundMessage(command) };
    case "not_executable":
      return {
        reason: "not_executable",
        message: `${found.path} is not executable: run \`chmod +x ${found.path}\`, or install it again`,
      };
    case "found":
      return {
        reason: "not_executable",
        message: `${found.path} exists, but what its first line names as its interpreter does not: install it again`,
      };
  }
}

function notFoundMessage(command: string): string {
  return command.includes("/")
    ? `${command} does not exist: check the path`
    : `${command} was not found on PATH: install it, or set \`command\` to its full path`;
}

async function findDirectoryProblem(cwd: string): Promise<string | undefined> {
  try {
    if (!(await stat(cwd)).isDirectory()) return `${cwd} is not a directory: choose another working directory`;
  } catch {
    return `the working directory ${cwd} does not exist: create it, or choose another one`;
  }
  try {
    await access(cwd, constants.X_OK);
    return undefined;
  } catch {
    return `the working directory ${cwd} can't be entered: check its permissions`;
  }
}
