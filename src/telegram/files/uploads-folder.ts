import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { FileError } from "../../bridge/files/file-error.ts";
import { numbered } from "./safe-name.ts";

/**
 * The folder for files below `cwd`, made where it is missing, then with a `.gitignore` that keeps what is in it out of commits. Throws
 * `FileError` where a link leads out of `cwd`.
 */
export function openUploads(cwd: string, uploadsDir: string): string {
  const root = realpathSync(cwd);
  const folder = uploadsDir.split(/[/\\]/).reduce((parent, name) => enter(parent, { name, root }), root);
  if (folder !== root && readdirSync(folder).length === 0) writeFileSync(join(folder, ".gitignore"), "*\n");
  return folder;
}

/** Gives a finished file its name, or one with a number where that is taken. Never overwrites. Returns the new path. */
export function moveInto(folder: string, file: string, name: string): string {
  for (let number = 1; ; number += 1) {
    const target = join(folder, number === 1 ? name : numbered(name, number));
    if (moveNew(file, target)) return target;
  }
}

function enter(parent: string, { name, root }: { readonly name: string; readonly root: string }): string {
  if (name === "" || name === ".") return parent;
  const path = join(parent, name);
  if (!existsSync(path)) mkdirSync(path, { recursive: true });
  const real = realpathSync(path);
  const steps = relative(root, real);
  const isInside = steps !== ".." && !steps.startsWith(`..${sep}`) && !isAbsolute(steps);
  if (!isInside) throw new FileError("refused", `the folder for files, ${name}, leads out of the project`);
  if (!statSync(real).isDirectory()) throw new FileError("refused", `${name}, where files go, is not a folder`);
  return real;
}

/** False when there is something of that name already. */
function moveNew(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    unlinkSync(from);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST" || existsSync(to)) return false;
    // Not every file system has links. Nothing else of this program comes in between the look and the renaming.
    renameSync(from, to);
    return true;
  }
}
