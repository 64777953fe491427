import type { ApprovalRequest, Decision, DecisionRequest } from "../domain/decision.ts";
import type { RunFlags } from "./run-flags.ts";

/** Who answers for the user, whom nobody can ask here. */
export interface Policy {
  readonly approvals: RunFlags["approvals"];
  /** Whether the configuration allows it. */
  readonly isAllowed: (request: ApprovalRequest) => boolean;
}

/** An answer at once, whatever the engine asks. */
export function decide(request: DecisionRequest, policy: Policy): Decision {
  switch (request.kind) {
    case "approval":
      return mayDo(request, policy) ? { kind: "approve", scope: "once" } : denial(request);
    case "question":
      return { kind: "dismiss", reason: "Nobody can be asked here. Choose a sensible default and say which." };
    case "plan":
      return policy.approvals === "allow"
        ? { kind: "approve", scope: "once" }
        : { kind: "deny", reason: "Plans can't be approved here. End with the plan as your answer." };
  }
}

function mayDo(request: ApprovalRequest, { approvals, isAllowed }: Policy): boolean {
  return approvals === "allow" || (approvals === undefined && isAllowed(request));
}

function denial({ tool }: ApprovalRequest): Decision {
  return { kind: "deny", reason: `${tool} is not allowed here. Go on without it, or say what you would have done.` };
}
