import type { FaultInput } from "../src/local/world/fault-plan.ts";

/** Where people write. */
export type Place = "private" | "group" | "topic";

/** What the scripted engine does with a prompt; see `fixtures/programs-e2e/chaos-acts.mjs`. */
export type Verb =
  "answer" | "hold" | "family" | "ask" | "linger" | "malformed" | "big" | "crash" | "hang" | "close" | "half";

/** What is done to the bot, its engines and its Telegram. */
export const FAULT_KINDS = [
  "fail point",
  "kill",
  "kill at a call",
  "kill while recovering",
  "terminate",
  "messages while down",
  "engine ends while down",
  "cancel while down",
  "429",
  "long 429",
  "400",
  "5xx",
  "cut before",
  "cut after",
  "slow answer",
  "half-open",
  "poll outage",
  "half-open poll",
  "second poller",
  "duplicated updates",
  "out-of-order updates",
  "album",
  "deleted prompt",
  "deleted topic",
  "group to supergroup",
  "blocked",
  "journal full",
  "journal read-only",
  "connections dropped",
  "cancel",
  "drop",
  "resume",
  "double tap",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface PromptPlan {
  /** `p1`, `p2` …; in every word of its answer. */
  readonly name: string;
  readonly place: Place;
  readonly verb: Verb;
  /** Length of the answer. */
  readonly chars: number;
  readonly megabytes?: number;
  /** Sent as the caption of an album of this many files. */
  readonly album?: number;
  /** Written as a reply to an earlier prompt or its answer, so that it belongs to the same session. */
  readonly replyTo?: { readonly prompt: string; readonly message: "prompt" | "final" };
}

/** The faults one process of the bot starts with. */
export interface Life {
  readonly failPoint?: string;
  readonly journalFault?: string;
}

export type Button = "cancel" | "drop" | "resume" | "approve" | "deny";

/**
 * How far a prompt is. `carded`: its progress message is visible. `started`: its engine works. `ended`: its
 * engine gave its result or is gone. `gone`: its engine is no process any more. `over`: the user knows its end.
 */
export type Reached = "carded" | "started" | "ended" | "gone" | "over";

/** What people write and press, and how the bot's processes begin and end. */
type Act =
  | { readonly do: "say"; readonly prompt: string }
  | { readonly do: "reach"; readonly prompt: string; readonly stage: Reached }
  | { readonly do: "release"; readonly prompt: string }
  | { readonly do: "kill" }
  | { readonly do: "kill at call"; readonly method: string; readonly delayMs: number }
  | { readonly do: "terminate" }
  | { readonly do: "down" }
  | { readonly do: "up" }
  | { readonly do: "press"; readonly prompt: string; readonly button: Button; readonly times: number };

/** What happens at Telegram and on the way there. */
export type Disturbance =
  | { readonly do: "fault"; readonly fault: FaultInput }
  | { readonly do: "refused" }
  | { readonly do: "second poller"; readonly polls: number }
  | { readonly do: "repeat updates" }
  | { readonly do: "reverse updates" }
  | { readonly do: "delete prompt"; readonly prompt: string }
  | { readonly do: "delete topic" }
  | { readonly do: "migrate" }
  | { readonly do: "block"; readonly place: "private" | "group"; readonly blocked: boolean }
  | { readonly do: "drop connections" };

/** One thing that is done, one after the other. Those that wait go on when what they wait for can't happen any more. */
export type Step = Act | Disturbance;

const DISTURBANCES: ReadonlySet<Step["do"]> = new Set<Disturbance["do"]>([
  "fault",
  "refused",
  "second poller",
  "repeat updates",
  "reverse updates",
  "delete prompt",
  "delete topic",
  "migrate",
  "block",
  "drop connections",
]);

export function isDisturbance(step: Step): step is Disturbance {
  return DISTURBANCES.has(step.do);
}

/** Everything that happens in one play, made from its seed alone. */
export interface Scenario {
  readonly seed: number;
  readonly faults: readonly FaultKind[];
  readonly prompts: readonly PromptPlan[];
  /** The first, second … process of the bot; those after the last one have no faults. */
  readonly lives: readonly Life[];
  readonly steps: readonly Step[];
}

/** What a user writes. */
export function promptText({ name, verb, chars, megabytes }: PromptPlan): string {
  return ["chaos", name, verb, chars, ...(megabytes === undefined ? [] : [megabytes])].join(" ");
}

/** The names of the files of an album, in order. */
export function albumFiles({ name, album = 0 }: PromptPlan): readonly string[] {
  return Array.from({ length: album }, (_, index) => `${name}.part${index}.txt`);
}

/** Whether the engine says when it works, and waits then. */
export function waits(verb: Verb): boolean {
  return !["answer", "linger", "malformed", "big"].includes(verb);
}

/** Whether the engine ends without a result, so that the answer is an error. */
export function fails(verb: Verb): boolean {
  return ["crash", "close", "half"].includes(verb);
}

/** The scenario for people. */
export function describeScenario({ seed, faults, prompts, lives, steps }: Scenario): string {
  return [
    `seed ${seed}: ${faults.join(", ")}`,
    ...prompts.map((plan) => `  ${plan.place}: ${promptText(plan)}${albumText(plan)}${replyText(plan)}`),
    ...lives.map((life, index) => `  start ${index + 1}: ${JSON.stringify(life)}`),
    ...steps.map((step, index) => `  ${index + 1}. ${describeStep(step)}`),
  ].join("\n");
}

function albumText({ album }: PromptPlan): string {
  return album === undefined ? "" : `  (with ${album} files)`;
}

function replyText({ replyTo }: PromptPlan): string {
  return replyTo === undefined ? "" : `  (a reply to the ${replyTo.message} of ${replyTo.prompt})`;
}

function describeStep({ do: what, ...rest }: Step): string {
  const details = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [what, ...details].join(" ");
}
