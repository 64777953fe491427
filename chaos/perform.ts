import { type Evidence, gather } from "./evidence.ts";
import { outcomeOf, type Outcome } from "./judge-prompt.ts";
import { judge } from "./oracle.ts";
import { Play } from "./play.ts";
import { type Recovery, recoveriesOf } from "./recovery.ts";
import { Rig } from "./rig.ts";
import { type Scenario, promptText } from "./scenario.ts";
import { settle } from "./settle.ts";
import type { Violation } from "./violation.ts";

/** What one scenario came to. */
export interface Performance {
  readonly scenario: Scenario;
  readonly violations: readonly Violation[];
  readonly evidence: Evidence;
  readonly recoveries: readonly Recovery[];
  readonly outcomes: readonly Outcome[];
  /** Runs that were under way when the bot was ended and were answered all the same. */
  readonly survived: number;
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** Plays a scenario against the compiled program `main` and judges it. Leaves nothing behind. */
export async function perform(scenario: Scenario, main: string): Promise<Performance> {
  const begunAt = performance.now();
  const rig = await Rig.create(scenario.lives, main);
  try {
    const play = new Play(rig, scenario);
    await play.run();
    const evidence = gather(play, await settle(play));
    const plans = scenario.prompts.filter(({ name }) => evidence.said.has(name));
    const outcomes = plans.map((plan) => outcomeOf(evidence, plan));
    const deaths = rig.lives.flatMap(({ end }) => (end === undefined ? [] : [end.at]));
    const survived = plans.filter((plan, index) => {
      const at = evidence.started.find(({ prompt }) => prompt === promptText(plan))?.at ?? Infinity;
      return outcomes[index] === "answered" && deaths.some((death) => at < death && isBefore(rig, plan.name, death));
    }).length;
    const recoveries = recoveriesOf(rig);
    const seconds = (performance.now() - begunAt) / 1000;
    return {
      scenario,
      violations: judge(evidence),
      evidence,
      recoveries,
      outcomes,
      survived,
      notes: play.notes,
      seconds,
    };
  } finally {
    await rig.close();
  }
}

/** Whether the engine's result came only after the bot's end. */
function isBefore({ traces }: Rig, name: string, death: number): boolean {
  const result = traces.resultAt(name);
  return result !== undefined && result > death;
}
