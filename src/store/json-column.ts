import { z, type ZodType } from "zod";

/** A text column that holds JSON, parsed by `schema`. */
export function jsonColumn<Value>(schema: ZodType<Value>): ZodType<Value> {
  return z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);
}
