import type { Run } from "../domain/run.ts";

const MAX_PROMPT_CHARS = 40;

/** A run in a list or on a button: its engine and how its prompt begins. */
export function runLabel(run: Run): string {
  const start = run.prompt
    .replace(/\s+/g, " ")
    .slice(0, MAX_PROMPT_CHARS)
    .replace(/[\ud800-\udbff]$/, "");
  return `${run.engine} · ${start}`;
}
