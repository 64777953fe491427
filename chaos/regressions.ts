import type { Scenario } from "./scenario.ts";

/** A scenario that once went wrong. */
export interface Regression {
  readonly name: string;
  /** What people saw then. */
  readonly once: string;
  readonly scenario: Scenario;
}

const nothing = { seed: 0, faults: [], lives: [] } as const;

/** They don't depend on the generator, so that they stay what they are when that changes. */
export const REGRESSIONS: readonly Regression[] = [
  {
    name: "stopped before the receipt is visible",
    once: "SIGTERM ended the run and dropped its receipt, and nothing told that the prompt was interrupted.",
    scenario: {
      ...nothing,
      prompts: [{ name: "p1", place: "private", verb: "hold", chars: 300 }],
      steps: [
        { do: "fault", fault: { method: "sendMessage", kind: "500", times: 1 } },
        { do: "say", prompt: "p1" },
        { do: "reach", prompt: "p1", stage: "started" },
        { do: "terminate" },
        { do: "release", prompt: "p1" },
      ],
    },
  },
  {
    name: "a journal that can't be written while the bot recovers",
    once: "Recovery ended at the first write that failed: open decisions and processes were left until the next start.",
    scenario: {
      ...nothing,
      prompts: [{ name: "p1", place: "private", verb: "ask", chars: 40 }],
      lives: [{}, { journalFault: "readonly@2..4" }],
      steps: [{ do: "say", prompt: "p1" }, { do: "reach", prompt: "p1", stage: "started" }, { do: "kill" }],
    },
  },
  {
    name: "killed between the sending of a decision and the record of it",
    once: "The first copy of the question kept its buttons for ever, and a press only said that they no longer work.",
    scenario: {
      ...nothing,
      prompts: [{ name: "p1", place: "private", verb: "ask", chars: 40 }],
      lives: [{ failPoint: "decision.arrived@1" }],
      steps: [
        { do: "say", prompt: "p1" },
        { do: "reach", prompt: "p1", stage: "over" },
      ],
    },
  },
  {
    name: "a group that becomes a supergroup before the bot is stopped",
    once: "The interrupted run was told in the old group's progress message, which nobody can change any more: that is, nowhere.",
    scenario: {
      ...nothing,
      prompts: [{ name: "p1", place: "group", verb: "hold", chars: 40 }],
      steps: [
        { do: "say", prompt: "p1" },
        { do: "reach", prompt: "p1", stage: "started" },
        { do: "reach", prompt: "p1", stage: "carded" },
        { do: "migrate" },
        { do: "terminate" },
        { do: "release", prompt: "p1" },
      ],
    },
  },
  {
    name: "a journal that can't be written when a run is to start",
    once: "The prompt was in the queue, but nothing started it, and it had no receipt, until another message came.",
    scenario: {
      ...nothing,
      prompts: [{ name: "p1", place: "private", verb: "hold", chars: 40 }],
      lives: [{ journalFault: "full@7..8" }],
      steps: [
        { do: "say", prompt: "p1" },
        { do: "reach", prompt: "p1", stage: "started" },
        { do: "release", prompt: "p1" },
      ],
    },
  },
  {
    name: "killed while it ends what an engine left behind",
    once: "The engine had exited, and its child, in a session of its own and with an empty environment, was found by nobody.",
    scenario: {
      ...nothing,
      prompts: [{ name: "p1", place: "private", verb: "family", chars: 40 }],
      steps: [
        { do: "say", prompt: "p1" },
        { do: "reach", prompt: "p1", stage: "started" },
        { do: "release", prompt: "p1" },
        { do: "reach", prompt: "p1", stage: "gone" },
        { do: "kill" },
      ],
    },
  },
];
