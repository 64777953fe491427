import type { Urgency } from "../../bridge/chat-port.ts";
import type { Pace } from "./pace.ts";

/** How much a call matters: the urgencies of messages, and the calls that are neither sends nor edits. */
export type CallUrgency = Urgency | "deletion" | "typing";

/** The order within a chat: lower goes first. A deletion only tidies up: a receipt never waits behind one. */
export const RANK: Readonly<Record<CallUrgency, number>> = {
  final: 0,
  decision: 0,
  normal: 1,
  receipt: 1,
  deletion: 2,
  progress: 3,
  typing: 4,
};

/** How fast the bot may call. */
export interface Limits {
  /** Every chat has this budget. */
  readonly chat: { readonly capacity: number; readonly perSecond: number };
  /** Groups have this one as well. */
  readonly group: { readonly calls: number; readonly spanMs: number };
  readonly global: { readonly calls: number; readonly spanMs: number };
  /** Places in a chat's budget that only sends may use. */
  readonly keptForSends: { readonly chat: number; readonly group: number };
  /** Places of the global budget that less urgent calls leave to more urgent ones, by rank. */
  readonly keptGlobally: readonly [number, number, number, number, number];
  /** At least this long between two progress edits in a chat. */
  readonly progressGapMs: { readonly privateChat: number; readonly group: number };
}

/**
 * Telegram's FAQ: about 1 message a second in one chat, 20 a minute in one group, about 30 a second in all; edits count like sends.
 */
export const TELEGRAM_LIMITS: Limits = {
  chat: { capacity: 3, perSecond: 1 },
  group: { calls: 20, spanMs: 60_000 },
  global: { calls: 28, spanMs: 1_000 },
  keptForSends: { chat: 1, group: 2 },
  keptGlobally: [0, 3, 5, 8, 10],
  progressGapMs: { privateChat: 1500, group: 4000 },
};

/** Places of one of its chat's budgets that a call must leave free. */
export function keptInChat(limits: Limits, urgency: CallUrgency, budget: Pace["kind"]): number {
  if (isSend(urgency)) return 0;
  return budget === "window" ? limits.keptForSends.group : limits.keptForSends.chat;
}

function isSend(urgency: CallUrgency): boolean {
  return urgency === "final" || urgency === "decision" || urgency === "normal" || urgency === "receipt";
}

/** Places of the global budget a call must leave free. */
export function keptGlobally(limits: Limits, urgency: CallUrgency): number {
  return limits.keptGlobally[RANK[urgency]] ?? 0;
}
