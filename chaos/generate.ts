import { Draft, somePrompt } from "./draft.ts";
import { createRandom, type Random } from "./random.ts";
import type { FaultKind, Scenario } from "./scenario.ts";
import { THEMES } from "./themes.ts";

const KINDS: Readonly<Record<FaultKind, number>> = {
  "fail point": 60,
  kill: 8,
  "kill at a call": 10,
  "kill while recovering": 8,
  terminate: 8,
  "messages while down": 8,
  "engine ends while down": 8,
  "cancel while down": 3,
  "429": 6,
  "long 429": 1,
  "400": 6,
  "5xx": 6,
  "cut before": 5,
  "cut after": 6,
  "slow answer": 4,
  "half-open": 0.6,
  "poll outage": 5,
  "half-open poll": 0.4,
  "second poller": 3,
  "duplicated updates": 5,
  "out-of-order updates": 4,
  album: 6,
  "deleted prompt": 4,
  "deleted topic": 3,
  "group to supergroup": 3,
  blocked: 4,
  "journal full": 6,
  "journal read-only": 4,
  "connections dropped": 4,
  cancel: 6,
  drop: 5,
  resume: 8,
  "double tap": 5,
};

/** The scenario of a seed: always the same one. */
export function generate(seed: number): Scenario {
  const random = createRandom(seed);
  const faults = chooseFaults(random);
  const isReversed = faults.includes("out-of-order updates");
  const needsBurst = faults.includes("drop") || isReversed;
  const draft = new Draft(random, needsBurst || random.chance(0.3));
  const count = 1 + random.below(4);
  for (let index = 0; index < count; index += 1) addPrompt(draft, !isReversed);
  for (const kind of faults) THEMES[kind](draft);
  return { seed, faults, prompts: draft.plans, lives: draft.lives, steps: draft.steps() };
}

function chooseFaults(random: Random): readonly FaultKind[] {
  const faults = new Set<FaultKind>([random.weighed(KINDS)]);
  while (faults.size < 3 && random.chance(0.5)) faults.add(random.weighed(KINDS));
  if (faults.has("album") && random.chance(0.5)) faults.add("out-of-order updates");
  // A reply that comes before what it replies to is a prompt of its own.
  if (faults.has("out-of-order updates")) faults.delete("drop");
  return [...faults];
}

function addPrompt(draft: Draft, mayReply: boolean): void {
  const { random, plans } = draft;
  const [first, ...others] = plans;
  const replied = mayReply && first !== undefined && random.chance(0.35) ? random.pick([first, ...others]) : undefined;
  const plan = somePrompt(random);
  if (replied === undefined) {
    draft.add(plan);
    return;
  }
  const message = random.chance(0.4) && !draft.isBurst ? "final" : "prompt";
  const { name } = draft.add({ ...plan, place: replied.place, replyTo: { prompt: replied.name, message } });
  if (message === "final") draft.segment(name).before.push({ do: "reach", prompt: replied.name, stage: "over" });
}
