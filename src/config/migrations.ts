import type { KeyPath, Table } from "./key-path.ts";
import { formatKeyPath, valueAt, withoutValueAt, withValueAt } from "./key-path.ts";

/** A key of an older version under its new name. */
export interface Move {
  readonly from: KeyPath;
  readonly to: KeyPath;
  /** Absent when the new key is already there and the old one only goes. */
  readonly value?: unknown;
}

const TELEGRAM = ["transports", "telegram"] as const;
const TOPICS = [...TELEGRAM, "topics"] as const;

/** The original's values of `topics.mode` → `topics.scope`. */
const SCOPES: ReadonlyMap<unknown, string> = new Map([
  ["multi_project_chat", "main"],
  ["per_project_chat", "projects"],
]);

/** The keys of older versions found in this table, and what they are now. A value that can't be translated is left for the schema. */
export function pendingMoves(table: Table): readonly Move[] {
  return [
    ...move(table, { from: ["bot_token"], to: [...TELEGRAM, "bot_token"] }),
    ...move(table, { from: ["chat_id"], to: [...TELEGRAM, "chat_id"] }),
    ...move(table, { from: [...TOPICS, "mode"], to: [...TOPICS, "scope"], values: SCOPES }),
  ];
}

export function applyMoves(table: Table, moves: readonly Move[]): Table {
  return moves.reduce((result, { from, to, value }) => {
    const placed = value === undefined ? result : withValueAt(result, to, value);
    return withoutValueAt(placed, from);
  }, table);
}

/** What was done, for the log. */
export function moveLine({ from, to }: Move): string {
  return `${formatKeyPath(from)} is now ${formatKeyPath(to)}`;
}

function move(
  table: Table,
  rule: { from: KeyPath; to: KeyPath; values?: ReadonlyMap<unknown, string> },
): readonly Move[] {
  const old = valueAt(table, rule.from);
  if (old === undefined) return [];
  if (valueAt(table, rule.to) !== undefined) return [{ from: rule.from, to: rule.to }];
  const value = rule.values === undefined ? old : rule.values.get(typeof old === "string" ? old.trim() : old);
  return value === undefined ? [] : [{ from: rule.from, to: rule.to, value }];
}
