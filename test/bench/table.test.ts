import { expect, test } from "vitest";
import { formatTable, isMet, latencyRow, median, percentile } from "../../bench/table.mjs";

test("the 95th percentile is the smallest value that 95 of 100 values don't exceed", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(values, 95), percentile(values, 100), percentile([7], 95)]).toEqual([95, 100, 7]);
  expect(median([9, 1, 5])).toBe(5);
});

test("nothing measured is an error and not a met bar", () => {
  expect(() => latencyRow("receipt", 100, [])).toThrow("nothing was measured");
});

test("a value at its limit is met, from whichever side", () => {
  expect([isMet({ value: 50, limit: 50 }), isMet({ value: 50.1, limit: 50 })]).toEqual([true, false]);
  expect([isMet({ value: 0.5, limit: 0.5, atLeast: true }), isMet({ value: 0.4, limit: 0.5, atLeast: true })]).toEqual([
    true,
    false,
  ]);
});

test("the table marks what is missed", () => {
  const rows = [
    { figure: "share", limit: 0.5, unit: "", value: 0.574, atLeast: true },
    { figure: "idle RSS", limit: 90, unit: "MB", value: 91, detail: "n=1" },
  ];
  expect(formatTable(rows).split("\n")).toEqual([
    "figure    bar      measured      detail",
    "share     ≥ 0.5    0.57      ok",
    "idle RSS  ≤ 90 MB  91 MB     ✗   n=1",
  ]);
});
