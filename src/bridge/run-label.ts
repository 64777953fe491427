import { beginning } from "../domain/clipped.ts";
import type { Run } from "../domain/run.ts";

const MAX_PROMPT_CHARS = 40;

/** A run in a list or on a button: its engine and how its prompt begins. */
export function runLabel(run: Run): string {
  return `${run.engine} · ${beginning(run.prompt.replace(/\s+/g, " "), MAX_PROMPT_CHARS)}`;
}
