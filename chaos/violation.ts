/** What must never happen. */
export const VIOLATION_KINDS = [
  "lost",
  "incomplete",
  "unmarked double",
  "needless mark",
  "wrong place",
  "started twice",
  "album in parts",
  "wrong outcome",
  "other session",
  "stuck card",
  "open decision",
  "orphan",
  "session doubled",
  "foreign session",
  "bot ended",
  "log",
  "unsettled",
] as const;

export type ViolationKind = (typeof VIOLATION_KINDS)[number];

export interface Violation {
  readonly kind: ViolationKind;
  readonly what: string;
}

export function violation(kind: ViolationKind, what: string): Violation {
  return { kind, what };
}
