import type { CompletedEvent } from "../domain/event.ts";
import type { Clock } from "./ports.ts";
import type { Store } from "./store-port.ts";

export interface SpendDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: { readonly dailyCostUsd: number };
}

/**
 * A sentence where the run of this usage takes what the engines report for today over the daily limit, or over a multiple of it; runs
 * are not held up. What runs did not report is not counted, and said to be missing. `dailyCostUsd` 0: never.
 */
export function spendNotice(deps: SpendDeps, usage: CompletedEvent["usage"]): string | undefined {
  const { dailyCostUsd: limit } = deps.settings;
  const cost = costOf(usage);
  if (limit === 0 || cost === undefined || cost === 0) return undefined;
  const { spent, unknown } = spentToday(deps);
  if (Math.floor((spent + cost) / limit) === Math.floor(spent / limit)) return undefined;
  const missing = unknown === 0 ? "" : `, without ${unknown} that did not say`;
  return `today's runs cost $${(spent + cost).toFixed(2)}${missing}; your daily_cost_usd is ${limit}`;
}

/**
 * US dollars an engine says that a run cost: `total_cost_usd` (Claude Code 2.1), `cost` (OpenCode 1.18), `cost.total` (Pi 0.73).
 * Undefined where it says nothing, or, as ACP agents do, what the whole session cost.
 */
export function costOf(usage: CompletedEvent["usage"]): number | undefined {
  const cost = usage?.["total_cost_usd"] ?? usage?.["cost"];
  if (typeof cost === "number") return cost;
  if (typeof cost !== "object" || cost === null || !("total" in cost)) return undefined;
  return typeof cost.total === "number" ? cost.total : undefined;
}

/** `unknown`: how many runs ended today without saying what they cost. */
function spentToday({ store, clock }: SpendDeps): { readonly spent: number; readonly unknown: number } {
  const midnight = new Date(clock.now()).setHours(0, 0, 0, 0);
  const costs = store.usagesSince(midnight).map(costOf);
  const known = costs.filter((cost) => cost !== undefined);
  return { spent: known.reduce((sum, cost) => sum + cost, 0), unknown: costs.length - known.length };
}
