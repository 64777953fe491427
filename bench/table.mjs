/** The smallest value that `percent` of the values don't exceed. Throws when there are none: nothing was measured. */
export function percentile(values, percent) {
  if (values.length === 0) throw new Error("nothing was measured");
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

export function median(values) {
  return percentile(values, 50);
}

/** A row of times in milliseconds whose 95th percentile has to stay within `limit`. */
export function latencyRow(figure, limit, values) {
  const detail = `n=${values.length} median ${median(values)} max ${Math.max(...values)}`;
  return { figure, limit, unit: "ms", value: percentile(values, 95), detail };
}

/** Whether a row's value is within its limit; with `atLeast` the limit is the lower one. */
export function isMet({ value, limit, atLeast = false }) {
  return atLeast ? value >= limit : value <= limit;
}

/** The rows as text, one line each. */
export function formatTable(rows) {
  const lines = rows.map((row) => [
    row.figure,
    formatBar(row),
    formatValue(row),
    isMet(row) ? "ok" : "✗",
    row.detail ?? "",
  ]);
  const table = [["figure", "bar", "measured", "", "detail"], ...lines];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function formatBar({ limit, unit, atLeast = false }) {
  return `${atLeast ? "≥" : "≤"} ${limit} ${unit}`.trimEnd();
}

function formatValue({ value, unit }) {
  return `${Number.isInteger(value) ? value : value.toFixed(2)} ${unit}`.trimEnd();
}
