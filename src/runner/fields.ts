/**
 * Lenient reading of JSON: a field of the wrong type counts as absent, so that a newer program never costs us the rest of a line. By hand,
 * because every line of every run passes here: a schema library took four times as long as JSON.parse itself.
 */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textAt(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  return typeof value === "string" ? value : undefined;
}

/** A text that can name something: a blank one counts as absent. */
export function nameAt(fields: Fields, key: string): string | undefined {
  const name = textAt(fields, key);
  return name?.trim() === "" ? undefined : name;
}

export function numberAt(fields: Fields, key: string): number | undefined {
  const value = fields[key];
  return typeof value === "number" ? value : undefined;
}

export function flagAt(fields: Fields, key: string): boolean {
  return fields[key] === true;
}

export function listAt(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  return Array.isArray(value) ? value : [];
}

export function textsAt(fields: Fields, key: string): readonly string[] {
  return listAt(fields, key).filter((item) => typeof item === "string");
}

export function fieldsAt(fields: Fields, key: string): Fields {
  const value = fields[key];
  return isFields(value) ? value : {};
}

/** One line of a program's output. `undefined`: not a JSON object. */
export function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
