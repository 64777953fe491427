import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { flagAt, isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import { exactDiff } from "./exact-diff.ts";

/** Beyond this the change is shown without the file around it. */
const maxFileBytes = 1_000_000;

export interface ToolUse {
  readonly tool: string;
  readonly input: Fields;
  /** Directory of the run. */
  readonly cwd: string;
}

/**
 * A tool's input for whoever decides about it: as it is, and with the keys that are the same for every engine: `command` with the `cwd` it
 * runs in, the `path` of a file with the `diff` of the change (unified), `url`. Claude itself names its commands and urls so.
 */
export async function approvalInput({ tool, input, cwd }: ToolUse): Promise<Fields> {
  if (tool === "Bash") return { ...input, cwd };
  const path = textAt(input, "file_path") ?? textAt(input, "notebook_path");
  if (path === undefined) return input;
  const edits = editsOf(tool, input);
  const diff = edits === undefined ? "" : diffOf(path, await readVersion(resolve(cwd, path)), edits);
  return { ...input, path, ...(diff === "" ? {} : { diff }) };
}

/** `old` absent: the whole file becomes `new`. */
interface Edit {
  readonly old?: string;
  readonly new: string;
  readonly everywhere: boolean;
}

/** MultiEdit is a tool of 1.0. */
function editsOf(tool: string, input: Fields): readonly Edit[] | undefined {
  switch (tool) {
    case "Write":
      return [{ new: textAt(input, "content") ?? "", everywhere: false }];
    case "Edit":
      return [editOf(input)];
    case "MultiEdit":
      return listAt(input, "edits").filter(isFields).map(editOf);
    default:
      return undefined;
  }
}

function editOf(input: Fields): Edit {
  const everywhere = flagAt(input, "replace_all");
  return { old: textAt(input, "old_string") ?? "", new: textAt(input, "new_string") ?? "", everywhere };
}

function diffOf(path: string, version: FileVersion, edits: readonly Edit[]): string {
  switch (version.kind) {
    case "file": {
      const after = edits.reduce(applied, version.text);
      return after === undefined ? passages(path, edits) : exactDiff({ path, before: version.text, after });
    }
    case "none":
      return exactDiff({ path, after: edits.reduce(applied, "") ?? "" });
    case "unreadable":
      return passages(path, edits);
  }
}

/** The file itself is not at hand, or it is not what the engine thinks it is. */
function passages(path: string, edits: readonly Edit[]): string {
  return edits.map((edit) => exactDiff({ path, before: edit.old ?? "", after: edit.new })).join("");
}

/** Undefined once an edit has not found its place. */
function applied(text: string | undefined, edit: Edit): string | undefined {
  if (text === undefined) return undefined;
  if (edit.old === undefined) return edit.new;
  if (edit.old === "") return text === "" ? edit.new : undefined;
  if (!text.includes(edit.old)) return undefined;
  return edit.everywhere ? text.replaceAll(edit.old, () => edit.new) : text.replace(edit.old, () => edit.new);
}

type FileVersion =
  { readonly kind: "file"; readonly text: string } | { readonly kind: "none" } | { readonly kind: "unreadable" };

async function readVersion(path: string): Promise<FileVersion> {
  try {
    const found = await stat(path);
    // Reading what is no file, such as a named pipe, may never end.
    if (!found.isFile() || found.size > maxFileBytes) return { kind: "unreadable" };
    return { kind: "file", text: await readFile(path, "utf8") };
  } catch (error) {
    return isFields(error) && error["code"] === "ENOENT" ? { kind: "none" } : { kind: "unreadable" };
  }
}
