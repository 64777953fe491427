/** How much `y` grows while `x` grows by `per`: the straight line through the points `[x, y]` that fits best. */
export function slopeOf(points: readonly (readonly [number, number])[], per: number): number;
/** The steeper of the slopes with and without the first point. */
export function growthOf(points: readonly (readonly [number, number])[], per: number): number;
