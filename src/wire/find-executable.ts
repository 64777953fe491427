import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
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
