import type { Fields } from "../../src/runner/fields.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { AcpConfig } from "./config.ts";
import type { PlanMode } from "./known-agents.ts";
import type { Wish } from "./open-session.ts";
import { currentSetting, hasChoice } from "./settings.ts";
import type { Failure } from "./state.ts";

/** What an agent is asked to plan with: its way to plans, if any, and what its session was opened with. */
export interface Planning {
  readonly plans: PlanMode | undefined;
  readonly fields: Fields;
}

/**
 * The wishes for the mode and, where plans are a setting apart, for that. Agents remember that a session was in its plan mode: the next
 * run is taken out of it, unless the table names a mode.
 */
export function modeWishes(
  { options, resume }: Pick<RunRequest, "options" | "resume">,
  { mode }: Pick<AcpConfig, "mode">,
  { plans, fields }: Planning,
): { readonly mode: Wish; readonly collaboration: Wish } {
  const isLeftOver = plans !== undefined && resume !== undefined && currentSetting(fields, plans.setting) === plans.on;
  const wanted = options.plan === true ? plans?.on : undefined;
  const left = isLeftOver ? plans.off : undefined;
  const isApart = plans?.setting === "collaboration";
  return {
    mode: ["mode", isApart ? mode : (wanted ?? mode ?? left)],
    collaboration: ["collaboration", isApart ? (wanted ?? left) : undefined],
  };
}

/** Why no plan can be asked for; undefined where it can. An older version of an agent may lack the mode. */
export function planProblem(
  engine: string,
  { options }: Pick<RunRequest, "options">,
  { plans, fields }: Planning,
): Failure | undefined {
  if (options.plan !== true || plans === undefined || hasChoice(fields, plans.setting, plans.on)) return undefined;
  return { error: `${engine} has no mode for plans here. Update it, or send the prompt without asking for a plan.` };
}
