import { isFields, listAt, textAt, fieldsAt, type Fields } from "../../src/runner/fields.ts";
import { unifiedDiff } from "../../src/runner/unified-diff.ts";
import { commandOf } from "./tool.ts";

export interface ToolUse {
  readonly tool: string;
  readonly input: Fields;
  /** The session's directory on its machine. */
  readonly cwd: string;
}

/**
 * A tool's input for whoever decides about it: as it is, and with the keys that are the same for every engine: `command` with the `cwd` it
 * runs in, the `path` of a file with the `diff` of the change (unified). The file itself is on another machine, so that only the passages
 * that change are shown.
 */
export function approvalInput({ tool, input, cwd }: ToolUse): Fields {
  if (tool === "Bash") return { ...input, cwd };
  if (tool === "CodexBash") return { ...input, command: commandOf(input), cwd: textAt(input, "cwd") ?? cwd };
  if (tool === "CodexPatch") return { ...input, ...patchOf(fieldsAt(input, "changes")) };
  const path = textAt(input, "file_path") ?? textAt(input, "notebook_path");
  if (path === undefined) return input;
  const diff = passagesOf(tool, input)
    .map(({ before, after }) => unifiedDiff({ path, before, after }))
    .join("");
  return { ...input, path, ...(diff === "" ? {} : { diff }) };
}

interface Passage {
  readonly before: string;
  readonly after: string;
}

function passagesOf(tool: string, input: Fields): readonly Passage[] {
  switch (tool) {
    case "Write":
      return [{ before: "", after: textAt(input, "content") ?? "" }];
    case "Edit":
      return [passageOf(input)];
    case "MultiEdit":
      return listAt(input, "edits").filter(isFields).map(passageOf);
    default:
      return [];
  }
}

function passageOf(edit: Fields): Passage {
  return { before: textAt(edit, "old_string") ?? "", after: textAt(edit, "new_string") ?? "" };
}

/** Codex tells a diff for what it updates, and the whole text of what is new. */
function patchOf(changes: Fields): { path?: string; diff?: string } {
  const paths = Object.keys(changes);
  const diffs = paths.map((path) => {
    const change = fieldsAt(changes, path);
    const told = textAt(fieldsAt(change, "update"), "unified_diff");
    return told ?? unifiedDiff({ path, after: textAt(fieldsAt(change, "add"), "content") ?? "" });
  });
  const [path] = paths;
  const diff = diffs.join("");
  return { ...(path !== undefined && { path }), ...(diff !== "" && { diff }) };
}
