/** Lines of context around a change. */
const contextLines = 3;
/** Longer stretches, in lines before times lines after, are shown as removed and added as a whole. */
const maxCells = 1_000_000;
const maxChars = 50_000;

export interface FileVersions {
  readonly path: string;
  /** Absent when the file is new. */
  readonly before?: string;
  readonly after: string;
}

/** What changes, as a unified diff that ends with a line break; empty when nothing does, or where the content is binary. Cut when it is very long. */
export function unifiedDiff({ path, before, after }: FileVersions): string {
  if (before === after || isBinary(before ?? "") || isBinary(after)) return "";
  const lines = hunksOf(scriptOf(linesOf(before ?? ""), linesOf(after))).flatMap(printHunk);
  return `${shortened([before === undefined ? "--- /dev/null" : `--- ${path}`, `+++ ${path}`, ...lines]).join("\n")}\n`;
}

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

interface Hunk {
  readonly lines: readonly Line[];
  /** Where it begins, counted from 0. */
  readonly before: number;
  readonly after: number;
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
  if (before.length * after.length > maxCells) return [...marked("-", before), ...marked("+", after)];
  const common = new CommonLines(before, after);
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const mark = common.markAt(row, column);
    lines.push({ mark, text: (mark === "+" ? after[column] : before[row]) ?? "" });
    if (mark !== "+") row += 1;
    if (mark !== "-") column += 1;
  }
  return lines;
}

/** How many lines the rests of two texts have in common, from each pair of lines on. */
class CommonLines {
  readonly #before: readonly string[];
  readonly #after: readonly string[];
  readonly #counts: Uint16Array;

  constructor(before: readonly string[], after: readonly string[]) {
    this.#before = before;
    this.#after = after;
    this.#counts = new Uint16Array((before.length + 1) * (after.length + 1));
    for (let row = before.length - 1; row >= 0; row -= 1) {
      for (let column = after.length - 1; column >= 0; column -= 1) {
        this.#counts[this.#index(row, column)] = this.#longest(row, column);
      }
    }
  }

  /** What becomes of the next line of either text. */
  markAt(row: number, column: number): Line["mark"] {
    if (row === this.#before.length) return "+";
    if (column === this.#after.length) return "-";
    if (this.#before[row] === this.#after[column]) return " ";
    return this.#countAt(row + 1, column) >= this.#countAt(row, column + 1) ? "-" : "+";
  }

  #longest(row: number, column: number): number {
    if (this.#before[row] === this.#after[column]) return this.#countAt(row + 1, column + 1) + 1;
    return Math.max(this.#countAt(row + 1, column), this.#countAt(row, column + 1));
  }

  #countAt(row: number, column: number): number {
    return this.#counts[this.#index(row, column)] ?? 0;
  }

  #index(row: number, column: number): number {
    return row * (this.#after.length + 1) + column;
  }
}

/** Changes with their context; those whose contexts touch are one hunk. */
function hunksOf(script: readonly Line[]): readonly Hunk[] {
  const changes = script.flatMap(({ mark }, index) => (mark === " " ? [] : [index]));
  const ranges: { start: number; end: number }[] = [];
  for (const index of changes) {
    const start = Math.max(0, index - contextLines);
    const end = Math.min(script.length, index + contextLines + 1);
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.end) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges.map(({ start, end }) => {
    const earlier = script.slice(0, start);
    return { lines: script.slice(start, end), before: count(earlier, "-"), after: count(earlier, "+") };
  });
}

/** Lines of one version: its own and the common ones. */
function count(lines: readonly Line[], version: "-" | "+"): number {
  return lines.filter(({ mark }) => mark === " " || mark === version).length;
}

function printHunk({ lines, before, after }: Hunk): readonly string[] {
  const range = (start: number, size: number): string => `${size === 0 ? start : start + 1},${size}`;
  const head = `@@ -${range(before, count(lines, "-"))} +${range(after, count(lines, "+"))} @@`;
  return [head, ...lines.map(({ mark, text }) => mark + text)];
}

/** What is left out is said in a line that programs take for a remark. */
function shortened(lines: readonly string[]): readonly string[] {
  let chars = 0;
  const kept = lines.findIndex((line) => (chars += line.length + 1) > maxChars);
  return kept === -1 ? lines : [...lines.slice(0, kept), `\\ ${lines.length - kept} more lines`];
}
