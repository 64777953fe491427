/** The way to a value: `["transports", "telegram", "chat_id"]`. */
export type KeyPath = readonly string[];

/** A TOML table as parsed. */
export type Table = Readonly<Record<string, unknown>>;

const SEGMENT = String.raw`(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;

/** Source of a regular expression for a dotted key as TOML writes it. */
export const DOTTED_KEY: string = String.raw`${SEGMENT}(?:\s*\.\s*${SEGMENT})*`;

const SEGMENTS = new RegExp(SEGMENT, "g");
const WHOLE = new RegExp(String.raw`^\s*${DOTTED_KEY}\s*$`);

/** Reads a dotted key as TOML writes it. Undefined when the text is not one. */
export function parseKeyPath(text: string): KeyPath | undefined {
  if (!WHOLE.test(text)) return undefined;
  return (text.match(SEGMENTS) ?? []).map((segment) => (/^["']/.test(segment) ? segment.slice(1, -1) : segment));
}

/** Writes a dotted key, quoting what TOML does not allow bare. */
export function formatKeyPath(path: KeyPath): string {
  return path.map((segment) => (/^[A-Za-z0-9_-]+$/.test(segment) ? segment : JSON.stringify(segment))).join(".");
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function isSamePath(a: KeyPath, b: KeyPath): boolean {
  return a.length === b.length && startsWithPath(a, b);
}

export function startsWithPath(path: KeyPath, prefix: KeyPath): boolean {
  return prefix.every((segment, index) => path[index] === segment);
}

export function valueAt(table: Table, path: KeyPath): unknown {
  let value: unknown = table;
  for (const segment of path) {
    if (!isTable(value) || !Object.hasOwn(value, segment)) return undefined;
    value = value[segment];
  }
  return value;
}

/** A copy with the value set. A value in the way that is not a table is replaced. */
export function withValueAt(table: Table, path: KeyPath, value: unknown): Table {
  const [head, ...rest] = path;
  if (head === undefined) return table;
  if (rest.length === 0) return { ...table, [head]: value };
  const child = table[head];
  return { ...table, [head]: withValueAt(isTable(child) ? child : {}, rest, value) };
}

/** A copy without the value, and without the tables this leaves empty. */
export function withoutValueAt(table: Table, path: KeyPath): Table {
  const [head, ...rest] = path;
  if (head === undefined || !Object.hasOwn(table, head)) return table;
  const { [head]: child, ...others } = table;
  if (rest.length === 0 || !isTable(child)) return rest.length === 0 ? others : table;
  const pruned = withoutValueAt(child, rest);
  return Object.keys(pruned).length === 0 ? others : { ...table, [head]: pruned };
}
