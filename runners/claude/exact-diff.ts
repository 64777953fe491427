import { diffHead, diffHunks, type TextChange } from "../../src/runner/unified-diff.ts";

const maxChars = 50_000;

/**
 * What changes, down to the line break at the end, as a unified diff that git can apply; empty when nothing does, or where the content is
 * binary. Cut when it is very long.
 */
export function exactDiff(change: TextChange): string {
  const { before, after } = change;
  if (before === after || isBinary(before ?? "") || isBinary(after)) return "";
  const hunks = diffHunks(linesOf(before ?? ""), linesOf(after));
  return `${shortened([...diffHead(change), ...hunks]).join("\n")}\n`;
}

function isBinary(text: string): boolean {
  return text.includes("\0");
}

/** A last line without a line break carries the remark about it, so that it differs from one with it. */
function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

/** What is left out is said in a line that programs take for a remark. */
function shortened(lines: readonly string[]): readonly string[] {
  let chars = 0;
  const kept = lines.findIndex((line) => (chars += line.length + 1) > maxChars);
  return kept === -1 ? lines : [...lines.slice(0, kept), `\\ ${lines.length - kept} more lines`];
}
