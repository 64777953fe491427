import type { Random } from "./random.ts";
import { type Life, type Place, type PromptPlan, type Step, type Verb, waits } from "./scenario.ts";

const VERBS: Readonly<Record<Verb, number>> = {
  answer: 20,
  hold: 34,
  family: 6,
  ask: 8,
  linger: 5,
  malformed: 5,
  big: 3,
  crash: 5,
  hang: 4,
  close: 4,
  half: 4,
};

/** What happens around one prompt, in this order. */
export interface Segment {
  readonly before: Step[];
  /** Right after it was written. */
  readonly written: Step[];
  /** While its engine works, where that waits. */
  readonly during: Step[];
  readonly after: Step[];
}

/** A scenario that is being made. */
export class Draft {
  readonly random: Random;
  readonly lives: Life[] = [];
  /** All prompts are written before anything else happens. */
  readonly isBurst: boolean;
  readonly #plans: PromptPlan[] = [];
  readonly #segments = new Map<string, Segment>();

  constructor(random: Random, isBurst: boolean) {
    this.random = random;
    this.isBurst = isBurst;
  }

  get plans(): readonly PromptPlan[] {
    return this.#plans;
  }

  add(plan: Omit<PromptPlan, "name">): PromptPlan {
    const named = { name: `p${this.#plans.length + 1}`, ...plan };
    this.#plans.push(named);
    this.#segments.set(named.name, { before: [], written: [], during: [], after: [] });
    return named;
  }

  segment(name: string): Segment {
    const segment = this.#segments.get(name);
    if (segment === undefined) throw new Error(`there is no prompt ${name}`);
    return segment;
  }

  /** One of the prompts that `fits`; a new one of that form where there is none. */
  promptLike(fits: (plan: PromptPlan) => boolean, form: Partial<Omit<PromptPlan, "name">>): PromptPlan {
    const [first, ...others] = this.#plans.filter(fits);
    return first === undefined
      ? this.add({ ...somePrompt(this.random), ...form })
      : this.random.pick([first, ...others]);
  }

  steps(): readonly Step[] {
    const each = <T>(part: (plan: PromptPlan) => readonly T[]): readonly T[] => this.#plans.flatMap(part);
    const opening = (plan: PromptPlan): readonly Step[] => [
      ...this.segment(plan.name).before,
      { do: "say", prompt: plan.name },
    ];
    const rest = (plan: PromptPlan): readonly Step[] => this.#rest(plan);
    return this.isBurst ? [...each(opening), ...each(rest)] : each((plan) => [...opening(plan), ...rest(plan)]);
  }

  #rest({ name, verb }: PromptPlan): readonly Step[] {
    const { written, during, after } = this.segment(name);
    const reach: readonly Step[] = waits(verb)
      ? [
          { do: "reach", prompt: name, stage: "started" },
          { do: "reach", prompt: name, stage: "carded" },
        ]
      : [];
    return [...written, ...(during.length > 0 ? reach : []), ...during, { do: "release", prompt: name }, ...after];
  }
}

/** Any prompt. */
export function somePrompt(random: Random): Omit<PromptPlan, "name"> {
  const verb = random.weighed(VERBS);
  const place: Place = random.weighed({ private: 6, group: 2, topic: 2 });
  const chars = random.pick([40, 300, 3900, 4200, 9000, 18_000, 300, 40]);
  return { place, verb, chars, ...(verb === "big" && { megabytes: random.chance(0.03) ? 200 : 21 }) };
}
