import { resolve } from "node:path";
import { isFields, listAt, textAt, textsAt, type Fields } from "../../src/runner/fields.ts";
import type { PermissionEvent } from "./events.ts";

/**
 * What the user needs to see before a permission is given: what the engine says of it, and `cwd`, `path`, `diff` and the like under names all
 * engines have in common. `call` is the input of the tool that asks; empty when it is not known.
 */
export function approvalInput(asked: PermissionEvent, call: Fields, cwd: string): Fields {
  const { permission, patterns, always, metadata } = asked;
  const [path] = pathsOf(asked, call);
  const diff = textAt(metadata, "diff");
  return {
    ...metadata,
    permission,
    patterns,
    ...(always.length === 0 ? {} : { always }),
    cwd: resolve(cwd, textAt(call, "workdir") ?? "."),
    ...(path === undefined ? {} : { path }),
    ...(diff === undefined ? {} : { diff: withoutIndexLines(diff) }),
  };
}

/** The files, or the one directory, it is about: absolute where the engine says so. */
export function pathsOf({ metadata }: PermissionEvent, call: Fields): readonly string[] {
  const files = listAt(metadata, "files").filter(isFields);
  const changed = files.flatMap((file) => textAt(file, "filePath") ?? []);
  if (changed.length > 0) return changed;
  const named = textAt(metadata, "filepath") ?? textAt(call, "filePath") ?? textAt(call, "path");
  return named === undefined ? textsAt(metadata, "directories") : [named];
}

/** A unified diff begins with the names of its files. */
function withoutIndexLines(diff: string): string {
  return diff.replaceAll(/^Index: .*\n=+\n/gmu, "");
}
