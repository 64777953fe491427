import { isAbsolute, relative } from "node:path";
import { fieldsAt, textAt, type Fields } from "../../src/runner/fields.ts";

/**
 * The changes of a `fileChange` item as one unified diff. Codex has the hunks of a file that is updated, and the whole text of one that is
 * added or deleted.
 */
export function patchDiff(changes: readonly Fields[], cwd: string): string {
  return changes.map((change) => fileDiff(change, cwd)).join("");
}

function fileDiff(change: Fields, cwd: string): string {
  const path = shortPath(textAt(change, "path") ?? "?", cwd);
  const text = textAt(change, "diff") ?? "";
  const kind = fieldsAt(change, "kind");
  const type = textAt(kind, "type");
  if (type === "add") return `--- /dev/null\n+++ ${path}\n${wholeHunk("+", text)}`;
  if (type === "delete") return `--- ${path}\n+++ /dev/null\n${wholeHunk("-", text)}`;
  const movedTo = textAt(kind, "move_path");
  if (movedTo === undefined) return `--- ${path}\n+++ ${path}\n${complete(text)}`;
  return `--- ${path}\n+++ ${shortPath(movedTo, cwd)}\n${complete(text.replace(/\n\nMoved to: [^\n]*$/u, ""))}`;
}

function complete(hunks: string): string {
  return hunks === "" || hunks.endsWith("\n") ? hunks : `${hunks}\n`;
}

function wholeHunk(mark: "+" | "-", text: string): string {
  if (text === "") return "";
  const isComplete = text.endsWith("\n");
  const lines = (isComplete ? text.slice(0, -1) : text).split("\n");
  const range = mark === "+" ? `-0,0 +1,${lines.length}` : `-1,${lines.length} +0,0`;
  const body = lines.map((line) => `${mark}${line}\n`).join("");
  return `@@ ${range} @@\n${body}${isComplete ? "" : "\\ No newline at end of file\n"}`;
}

function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return !isAbsolute(path) || short === "" || short.startsWith("..") ? path : short;
}
