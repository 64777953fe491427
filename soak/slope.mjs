/** The steeper of the slopes with and without the first point: what a burst before it left behind must not hide what grows since. */
export function growthOf(points, per) {
  return Math.max(slopeOf(points, per), slopeOf(points.slice(1), per));
}

/** How much `y` grows while `x` grows by `per`: the straight line through the points that fits best. */
export function slopeOf(points, per) {
  if (points.length < 2) throw new Error("a slope needs two points");
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  if (spread === 0) throw new Error("a slope needs two points that differ");
  return (points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread) * per;
}
