import { isSecretKey, MASK, maskSecretShapes } from "../../config/secret-shapes.ts";

/** Shorter values are too common to be replaced wherever they appear. */
const MIN_SECRET_CHARS = 6;

/** The text without these secrets, and without anything that has the shape of a known kind of secret. */
export function redact(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets
    .filter((secret) => secret.length >= MIN_SECRET_CHARS)
    .toSorted((a, b) => b.length - a.length);
  const withoutKnown = longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  return maskSecretShapes(withoutKnown);
}

/**
 * The same for structured data: every text in it, errors with their stack and causes, and whole values under keys that are named
 * like secrets. The result is plain data; what can't be data becomes text.
 */
export function redactValue(value: unknown, secrets: readonly string[]): unknown {
  return redactDeep(value, { secrets, seen: new Set() });
}

interface Walk {
  readonly secrets: readonly string[];
  /** The objects the walk is inside of: a cycle must not hang the log. */
  readonly seen: ReadonlySet<object>;
}

function redactDeep(value: unknown, walk: Walk): unknown {
  if (typeof value === "string") return redact(value, walk.secrets);
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? `${value}` : value;
  if (walk.seen.has(value)) return "[circular]";
  const inner: Walk = { ...walk, seen: new Set([...walk.seen, value]) };
  if (value instanceof Error) return redactError(value, inner);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, inner));
  if (value instanceof Map || value instanceof Set) return redactDeep([...value], inner);
  return redactEntries(Object.entries(value), inner);
}

function redactError(error: Error, walk: Walk): unknown {
  const { name, message, stack, cause } = error;
  // Errors of libraries carry what failed in further fields: `code`, `path`, `method`.
  const rest = redactEntries(Object.entries(error), walk);
  return {
    ...rest,
    name,
    message: redact(message, walk.secrets),
    ...(stack !== undefined && { stack: redact(stack, walk.secrets) }),
    ...(cause !== undefined && { cause: redactDeep(cause, walk) }),
  };
}

function redactEntries(entries: readonly (readonly [string, unknown])[], walk: Walk): Record<string, unknown> {
  return Object.fromEntries(
    entries.map(([key, value]) => [
      redact(key, walk.secrets),
      typeof value === "string" && isSecretKey(key) ? MASK : redactDeep(value, walk),
    ]),
  );
}
