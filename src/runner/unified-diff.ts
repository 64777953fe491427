/** A file before and after. `before` absent: it is new. */
export interface TextChange {
  readonly path: string;
  readonly before?: string;
  readonly after: string;
}

/** Lines of context around a change. */
const contextLines = 3;
/** Above this many pairs of lines to compare, what differs is one block: a diff that is right, but not the smallest. */
const maxPairs = 1_000_000;

/**
 * The change as a unified diff that ends with a line break; empty when no line changes. For people: whether the last line of a text ends
 * with a line break is not told.
 */
export function unifiedDiff(change: TextChange): string {
  const hunks = diffHunks(linesOf(change.before ?? ""), linesOf(change.after));
  return hunks.length === 0 ? "" : `${[...diffHead(change), ...hunks].join("\n")}\n`;
}

/** The two lines before the hunks of a file. */
export function diffHead({ path, before }: TextChange): readonly string[] {
  return [`--- ${before === undefined ? "/dev/null" : path}`, `+++ ${path}`];
}

/** The lines of a unified diff behind its head, without line breaks; none when nothing changes. */
export function diffHunks(before: readonly string[], after: readonly string[]): readonly string[] {
  const script = scriptOf(before, after);
  return rangesOf(script).flatMap((range) => hunkLines(script, range));
}

/** A line of the old text (`-`), the new text (`+`) or both (` `). */
interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function scriptOf(before: readonly string[], after: readonly string[]): readonly Line[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...marked(" ", before.slice(0, head)),
    ...middleOf(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...marked(" ", before.slice(before.length - tail)),
  ];
}

function marked(mark: Line["mark"], texts: readonly string[]): readonly Line[] {
  return texts.map((text) => ({ mark, text }));
}

/** The longest common subsequence is kept, the rest replaced. */
function middleOf(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > maxPairs) return [...marked("-", before), ...marked("+", after)];
  const common = commonLengths(before, after);
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, fresh] = [before[row], after[column]];
    if (old !== undefined && old === fresh) {
      lines.push({ mark: " ", text: old });
      [row, column] = [row + 1, column + 1];
    } else if (old !== undefined && (fresh === undefined || common(row + 1, column) >= common(row, column + 1))) {
      lines.push({ mark: "-", text: old });
      row += 1;
    } else {
      lines.push({ mark: "+", text: fresh ?? "" });
      column += 1;
    }
  }
  return lines;
}

/** How many lines the rests of both texts have in common, in order, from a line of the one and a line of the other on. */
function commonLengths(before: readonly string[], after: readonly string[]): (row: number, column: number) => number {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const isSame = before[row] === after[column];
      lengths[row * width + column] = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  return at;
}

/** Changes with the lines around them; those that would touch are one. */
function rangesOf(script: readonly Line[]): readonly Range[] {
  const ranges: Range[] = [];
  for (const [index, { mark }] of script.entries()) {
    if (mark === " ") continue;
    const range = { from: Math.max(0, index - contextLines), to: Math.min(script.length, index + contextLines + 1) };
    const last = ranges.at(-1);
    if (last === undefined || last.to < range.from) ranges.push(range);
    else ranges[ranges.length - 1] = { from: last.from, to: range.to };
  }
  return ranges;
}

function hunkLines(script: readonly Line[], { from, to }: Range): readonly string[] {
  const [above, inside] = [script.slice(0, from), script.slice(from, to)];
  const span = (mark: "-" | "+"): string => {
    const [start, count] = [linesIn(above, mark), linesIn(inside, mark)];
    return `${mark}${count === 0 ? start : start + 1},${count}`;
  };
  return [`@@ ${span("-")} ${span("+")} @@`, ...inside.map(({ mark, text }) => `${mark}${text}`)];
}

/** Lines of one version: its own and the common ones. */
function linesIn(lines: readonly Line[], version: "-" | "+"): number {
  return lines.filter(({ mark }) => mark === " " || mark === version).length;
}
