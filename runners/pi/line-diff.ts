/** One line of a comparison: kept, removed or added. */
interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** How many lines around a change are shown. */
const contextLines = 3;
/** Beyond so many pairs of lines the middle is shown as replaced: comparing it would take seconds and hundreds of MB. */
const maxPairs = 1_000_000;

/** The change as a unified diff; empty when there is none. `before` is absent for a new file. */
export function lineDiff(path: string, before: string | undefined, after: string): string {
  const lines = compared(splitText(before ?? ""), splitText(after));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return "";
  return [`--- ${before === undefined ? "/dev/null" : path}`, `+++ ${path}`, ...hunks, ""].join("\n");
}

function splitText(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...signed(" ", before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...signed(" ", before.slice(before.length - tail)),
  ];
}

function signed(sign: Line["sign"], texts: readonly string[]): readonly Line[] {
  return texts.map((text) => ({ sign, text }));
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > maxPairs) return [...signed("-", before), ...signed("+", after)];
  const lengths = commonLengths(before, after);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [removed, added] = [before[i], after[j]];
    if (removed !== undefined && removed === added) {
      lines.push({ sign: " ", text: removed });
      i += 1;
      j += 1;
    } else if (
      removed !== undefined &&
      (added === undefined || lengthAt(lengths, i + 1, j) >= lengthAt(lengths, i, j + 1))
    ) {
      lines.push({ sign: "-", text: removed });
      i += 1;
    } else {
      lines.push({ sign: "+", text: added ?? "" });
      j += 1;
    }
  }
  return lines;
}

/** How many lines the rests from `i` and `j` on have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
  const rows = before.concat("").map(() => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const longest =
        before[i] === after[j]
          ? lengthAt(rows, i + 1, j + 1) + 1
          : Math.max(lengthAt(rows, i + 1, j), lengthAt(rows, i, j + 1));
      rows[i]?.fill(longest, j, j + 1);
    }
  }
  return rows;
}

function lengthAt(rows: readonly Uint32Array[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}

function hunksOf(lines: readonly Line[]): readonly string[] {
  const changed = lines.flatMap(({ sign }, index) => (sign === " " ? [] : [index]));
  const groups: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = groups.at(-1);
    if (last !== undefined && index - last.to <= 2 * contextLines) last.to = index + 1;
    else groups.push({ from: index, to: index + 1 });
  }
  return groups.map(({ from, to }) => hunk(lines, Math.max(0, from - contextLines), to + contextLines));
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const shown = lines.slice(from, to);
  const place = (other: Line["sign"]): string => {
    const start = lines.slice(0, from).filter(({ sign }) => sign !== other).length;
    const count = shown.filter(({ sign }) => sign !== other).length;
    return `${count === 0 ? start : start + 1},${count}`;
  };
  return [`@@ -${place("+")} +${place("-")} @@`, ...shown.map(({ sign, text }) => sign + text)].join("\n");
}
