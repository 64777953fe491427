import type { Decision } from "../../src/domain/decision.ts";

/** What is said to Codex after the user decided about its plan. */
export interface NextTurn {
  readonly text: string;
  /** Whether that is to come to a plan again. */
  readonly isPlanning: boolean;
}

/**
 * Codex's own clients go on from a plan with another turn: in these words when it is approved, with the feedback when it is not.
 * `undefined`: no turn follows.
 */
export function nextTurn(decision: Decision): NextTurn | undefined {
  switch (decision.kind) {
    case "approve":
      return { text: "Implement the plan.", isPlanning: false };
    case "revise":
      return { text: decision.feedback.trim() || "Revise the plan.", isPlanning: true };
    case "deny":
    case "answers":
    case "dismiss":
      return undefined;
  }
}
