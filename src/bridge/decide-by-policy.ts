import type { Decision, DecisionRequest } from "../domain/decision.ts";
import type { RunId } from "../domain/run.ts";
import { assertNever } from "../domain/assert-never.ts";
import type { Clock } from "./ports.ts";
import type { Store } from "./store-port.ts";

/**
 * Answers what an engine asks while nobody is asked in the chat: what the engine's own allow rules cover never comes here, the rest
 * is denied with a reason the model reads. Every answer is recorded.
 */
export function decideByPolicy(deps: { store: Store; clock: Clock }, runId: RunId, request: DecisionRequest): Decision {
  const decision = policy(request);
  deps.store.recordDecision({ runId, request, decision, decidedBy: "policy", decidedAt: deps.clock.now() });
  return decision;
}

function policy(request: DecisionRequest): Decision {
  switch (request.kind) {
    case "approval":
      return {
        kind: "deny",
        reason: `${request.tool} is not allowed here. The user can allow it in the settings of the engine in takopi.toml. Go on without it, or say what you would have done.`,
      };
    case "question":
      return { kind: "dismiss", reason: "The user can't be asked right now. Choose a sensible default and say which." };
    case "plan":
      return { kind: "deny", reason: "Plans can't be approved from the chat yet. End with the plan as your answer." };
    default:
      return assertNever(request);
  }
}
