import { isFields, type Fields } from "../runner/fields.ts";
import type { Usage } from "./happi-event.ts";

/** What engines call the two figures, the protocol's own name first. */
const inputNames = ["input_tokens", "prompt_tokens", "inputTokens", "input"];
const outputNames = ["output_tokens", "completion_tokens", "outputTokens", "output"];
/** How far inside an engine's usage they may be. */
const maxDepth = 2;

/** An engine's figures with the two that every client expects; 0 where the engine does not count. */
export function usageOf(usage: Fields = {}): Usage {
  const input = figureAt(usage, inputNames, maxDepth) ?? 0;
  const output = figureAt(usage, outputNames, maxDepth) ?? 0;
  return { ...usage, input_tokens: input, output_tokens: output };
}

function figureAt(fields: Fields, names: readonly string[], depth: number): number | undefined {
  const own = names.map((name) => fields[name]).find((value) => typeof value === "number");
  if (own !== undefined || depth === 0) return own;
  const inner = Object.values(fields).filter(isFields);
  return inner.map((value) => figureAt(value, names, depth - 1)).find((value) => value !== undefined);
}
