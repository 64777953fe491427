import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { delimiter, resolve } from "node:path";

/** Where a command leads. `not_executable`: only a file without the right to be executed was found. */
export type FoundExecutable =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "not_found" }
  | { readonly kind: "not_executable"; readonly path: string };

/**
 * Finds what a shell would start for `command`. A name is looked up in the directories of `pathVariable` (the value of PATH, an
 * empty part meaning the current directory); a command with a slash is a path, relative to the current directory.
 */
export async function findExecutable(command: string, pathVariable: string): Promise<FoundExecutable> {
  let notExecutable: FoundExecutable | undefined;
  for (const path of candidatePaths(command, pathVariable)) {
    const found = await lookAt(path);
    if (found.kind === "found") return found;
    if (found.kind === "not_executable") notExecutable ??= found;
  }
  return notExecutable ?? { kind: "not_found" };
}

/** Whether it is worth looking for a command. */
export type MayBeThere = (command: string) => boolean;

/**
 * Reads the directories of `pathVariable` once, to rule out most of many commands without looking for each of them in each directory.
 * What it says no to is not there; what it says yes to may be a file that can't be executed, or in a directory that can't be read.
 */
export async function listPath(pathVariable: string): Promise<MayBeThere> {
  const directories = [...new Set(pathVariable.split(delimiter).map((directory) => resolve(directory)))];
  const lists = await Promise.all(directories.map(namesIn));
  // Some file systems don't tell upper from lower case.
  const names = new Set(lists.flatMap((list) => list ?? []).map((name) => name.toLowerCase()));
  const isComplete = !lists.includes(undefined);
  return (command) => !isComplete || command.includes("/") || names.has(command.toLowerCase());
}

/** Undefined where there may be something that can't be listed. */
async function namesIn(directory: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" || code === "ENOTDIR" ? [] : undefined;
  }
}

function candidatePaths(command: string, pathVariable: string): readonly string[] {
  if (command === "") return [];
  if (command.includes("/")) return [resolve(command)];
  return pathVariable.split(delimiter).map((directory) => resolve(directory, command));
}

async function lookAt(path: string): Promise<FoundExecutable> {
  try {
    if (!(await stat(path)).isFile()) return { kind: "not_found" };
  } catch {
    return { kind: "not_found" };
  }
  try {
    await access(path, constants.X_OK);
    return { kind: "found", path };
  } catch {
    return { kind: "not_executable", path };
  }
}
