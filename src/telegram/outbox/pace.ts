/** Tokens that come back with time: at most `capacity` calls at once, `perSecond` in the long run. */
export interface BucketPace {
  readonly kind: "bucket";
  readonly capacity: number;
  readonly perSecond: number;
  readonly tokens: number;
  /** When `tokens` was counted, in ms. */
  readonly at: number;
}

/** At most `calls` in any `spanMs`. */
export interface WindowPace {
  readonly kind: "window";
  readonly calls: number;
  readonly spanMs: number;
  /** When the calls of the last span were made, ascending. */
  readonly times: readonly number[];
}

/** How fast calls may follow each other, and those made so far. A value; every function here returns a new one. */
export type Pace = BucketPace | WindowPace;

/** When a call may be made. */
export interface PaceQuery {
  readonly now: number;
  /** Places this call must leave free for more important ones. */
  readonly keep: number;
  /** Share of the rate that may be used, 1 for all of it. */
  readonly share: number;
}

/** Rounding errors of the refill must not make a due call wait another millisecond for ever. */
const EPSILON = 1e-6;

export function fullBucket(limit: { capacity: number; perSecond: number }, now: number): BucketPace {
  return { kind: "bucket", ...limit, tokens: limit.capacity, at: now };
}

export function emptyWindow(limit: { calls: number; spanMs: number }): WindowPace {
  return { kind: "window", ...limit, times: [] };
}

/** The earliest time, `now` or later, at which the call may be made. */
export function readyAt(pace: Pace, query: PaceQuery): number {
  return pace.kind === "bucket" ? bucketReadyAt(pace, query) : windowReadyAt(pace, query);
}

/** The pace after a call at `now`. */
export function taken(pace: Pace, now: number, share: number): Pace {
  if (pace.kind === "window") return { ...pace, times: [...recentTimes(pace, now), now] };
  return { ...pace, tokens: tokensAt(pace, now, share) - 1, at: now };
}

/**
 * The pace after the last call ended at `now`. The server counts a call when it arrives, some time between its start and its end;
 * counting it at the end is never ahead of the server, however long the way there took.
 */
export function landed(pace: Pace, now: number): Pace {
  if (pace.kind === "window") return { ...pace, times: [...pace.times.slice(0, -1), now] };
  return { ...pace, at: Math.max(pace.at, now) };
}

/** The pace after the server refused a call until `until`: from then on one call at once, and no saved-up burst. */
export function refused(pace: Pace, until: number): Pace {
  return pace.kind === "window" ? pace : { ...pace, tokens: 1, at: until };
}

/** Whether nothing of the past matters any more. */
export function isRested(pace: Pace, now: number): boolean {
  if (pace.kind === "window") return recentTimes(pace, now).length === 0;
  return tokensAt(pace, now, 1) >= pace.capacity - EPSILON;
}

function bucketReadyAt(pace: BucketPace, { now, keep, share }: PaceQuery): number {
  const missing = keep + 1 - tokensAt(pace, now, share);
  if (missing <= EPSILON) return now;
  return Math.max(now, pace.at) + Math.ceil((missing / (pace.perSecond * share)) * 1000);
}

function tokensAt(pace: BucketPace, now: number, share: number): number {
  const elapsedMs = Math.max(0, now - pace.at);
  return Math.min(pace.capacity, pace.tokens + (elapsedMs / 1000) * pace.perSecond * share);
}

function windowReadyAt(pace: WindowPace, { now, keep, share }: PaceQuery): number {
  const places = Math.max(1, Math.floor(pace.calls * share) - keep);
  const times = recentTimes(pace, now);
  const leaving = times[times.length - places];
  return leaving === undefined ? now : leaving + pace.spanMs;
}

function recentTimes(pace: WindowPace, now: number): readonly number[] {
  return pace.times.filter((time) => time + pace.spanMs > now);
}
