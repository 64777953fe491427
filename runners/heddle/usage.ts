import { numberAt, type Fields } from "../../src/runner/fields.ts";
import type { RunState } from "./state.ts";

/** What the protocol counts for each call of the model; what newer workers add is passed on from the result. */
const tokenKeys = ["prompt_tokens", "completion_tokens", "total_tokens"] as const;

type Tokens = RunState["tokens"];

export function addTokens(sums: Tokens, counts: Fields): Tokens {
  const added = tokenKeys.flatMap((key) => {
    const count = numberAt(counts, key);
    return count === undefined ? [] : [[key, (sums[key] ?? 0) + count] as const];
  });
  return { ...sums, ...Object.fromEntries(added) };
}

/** The result's own words, except where they count only the last call of the model, as in 0.2.0. */
export function usageOf({ tokens, result }: RunState): Fields {
  const told = result?.usage ?? {};
  const sums = Object.entries(tokens).filter(([key, sum]) => sum > (numberAt(told, key) ?? 0));
  return { ...told, ...Object.fromEntries(sums) };
}
