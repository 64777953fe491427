/** A file before and after. `before` absent: it is new. */
export interface TextChange {
  readonly path: string;
  readonly before?: string;
  readonly after: string;
}

const contextLines = 3;
/** Above this many pairs of lines to compare, what differs is one block: a diff that is right, but not the smallest. */
const maxPairs = 1_000_000;

/** The change as a unified diff. Empty when nothing changes. */
export function unifiedDiff({ path, before, after }: TextChange): string {
  const edits = editsBetween(linesOf(before ?? ""), linesOf(after));
  const hunks = hunksOf(edits);
  if (hunks.length === 0) return "";
  const head = [`--- ${before === undefined ? "/dev/null" : path}`, `+++ ${path}`];
  return `${[...head, ...hunks.flatMap((hunk) => hunkLines(edits, hunk))].join("\n")}\n`;
}

/** One line of the old text (`-`), the new text (`+`) or both (` `). */
interface Edit {
  readonly mark: " " | "-" | "+";
  readonly line: string;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function editsBetween(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...before.slice(0, head).map((line) => edit(" ", line)),
    ...middleEdits(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map((line) => edit(" ", line)),
  ];
}

function edit(mark: Edit["mark"], line: string): Edit {
  return { mark, line };
}

function middleEdits(before: readonly string[], after: readonly string[]): readonly Edit[] {
  if (before.length * after.length > maxPairs)
    return [...before.map((line) => edit("-", line)), ...after.map((line) => edit("+", line))];
  const common = commonLengths(before, after);
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      edits.push(edit(" ", old));
      [i, j] = [i + 1, j + 1];
    } else if (old !== undefined && (fresh === undefined || common(i + 1, j) >= common(i, j + 1))) {
      edits.push(edit("-", old));
      i += 1;
    } else if (fresh !== undefined) {
      edits.push(edit("+", fresh));
      j += 1;
    }
  }
  return edits;
}

/** How many lines the rests of both texts have in common, in order, from line `i` of the one and `j` of the other. */
function commonLengths(before: readonly string[], after: readonly string[]): (i: number, j: number) => number {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  return at;
}

/** Changes with the lines around them; those that would touch are one. */
function hunksOf(edits: readonly Edit[]): readonly Range[] {
  const hunks: Range[] = [];
  for (const [index, { mark }] of edits.entries()) {
    if (mark === " ") continue;
    const range = { from: Math.max(0, index - contextLines), to: Math.min(edits.length, index + contextLines + 1) };
    const last = hunks.at(-1);
    if (last === undefined || last.to < range.from) hunks.push(range);
    else hunks[hunks.length - 1] = { from: last.from, to: range.to };
  }
  return hunks;
}

function hunkLines(edits: readonly Edit[], { from, to }: Range): readonly string[] {
  const [above, inside] = [edits.slice(0, from), edits.slice(from, to)];
  const span = (mark: "-" | "+"): string => {
    const count = inside.filter((each) => each.mark === " " || each.mark === mark).length;
    const start = above.filter((each) => each.mark === " " || each.mark === mark).length;
    return `${mark}${count === 0 ? start : start + 1},${count}`;
  };
  return [`@@ ${span("-")} ${span("+")} @@`, ...inside.map(({ mark, line }) => `${mark}${line}`)];
}
