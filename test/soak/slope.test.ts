import { expect, test } from "vitest";
import { growthOf, slopeOf } from "../../soak/slope.mjs";

test("a line's slope is found whatever it is counted in", () => {
  const points = [0, 500, 1_500, 4_000].map((runs) => [runs, 80 + runs * 0.002] as const);
  expect(slopeOf(points, 1_000)).toBeCloseTo(2);
  expect(slopeOf(points, 1)).toBeCloseTo(0.002);
});

test("what goes up and down around the same value has no slope", () => {
  const points = [0, 1, 2, 3, 4].map((x) => [x, 80 + (x % 2)] as const);
  expect(slopeOf(points, 1)).toBeCloseTo(0);
});

test("a single look has no slope", () => {
  expect(() => slopeOf([[0, 80]], 1)).toThrow("two points");
  expect(() =>
    slopeOf(
      [
        [7, 80],
        [7, 90],
      ],
      1,
    ),
  ).toThrow("differ");
});

test("what grows is found behind a first look that was taken too early", () => {
  const points = [[300, 250], ...[600, 900, 1_200].map((runs) => [runs, 180 + runs * 0.005] as const)] as const;
  expect(slopeOf(points, 1_000)).toBeLessThan(0);
  expect(growthOf(points, 1_000)).toBeCloseTo(5);
});

test("what has come to rest behind its first look does not grow", () => {
  expect(
    growthOf(
      [
        [300, 250],
        [600, 180],
        [900, 180],
      ],
      1,
    ),
  ).toBeCloseTo(0);
});
