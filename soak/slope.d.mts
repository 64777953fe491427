/** How much `y` grows while `x` grows by `per`: the straight line through the points `[x, y]` that fits best. */
export function slopeOf(points: readonly (readonly [number, number])[], per: number): number;
