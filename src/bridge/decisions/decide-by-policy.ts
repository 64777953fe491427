import { assertNever } from "../../domain/assert-never.ts";
import type { Decision, DecisionRequest } from "../../domain/decision.ts";
import type { Run } from "../../domain/run.ts";
import { type ApprovalPolicy, isCovered } from "../../routing/approval-policy.ts";
import type { BridgeSettings } from "../settings.ts";
import { ruleSubject } from "./subject.ts";

/** Where the project says nothing the engine's policy holds, and where that says nothing the general one. */
export function policyOf({ projects, approvals }: BridgeSettings, run: Run): ApprovalPolicy {
  const ofProject = projects.get(run.context.project ?? "")?.approvals;
  return ofProject ?? approvals.engines.get(run.engine) ?? approvals.policy;
}

/** The answer where nobody has to be asked; undefined where the user is. A plan or a question is not something to allow or forbid. */
export function decideByPolicy(settings: BridgeSettings, run: Run, request: DecisionRequest): Decision | undefined {
  const policy = policyOf(settings, run);
  switch (policy) {
    case "ask":
      return undefined;
    case "auto":
      return isAllowed(settings, request) ? { kind: "approve", scope: "once" } : undefined;
    case "yolo":
      return request.kind === "approval" ? { kind: "approve", scope: "once" } : undefined;
    case "deny":
      return denial(request);
    default:
      return assertNever(policy);
  }
}

function isAllowed({ approvals }: BridgeSettings, request: DecisionRequest): boolean {
  return request.kind === "approval" && isCovered(request, ruleSubject(request), approvals.allow);
}

function denial(request: DecisionRequest): Decision {
  switch (request.kind) {
    case "approval":
      return {
        kind: "deny",
        reason: `${request.tool} is not allowed here. Go on without it, or say what you would have done.`,
      };
    case "question":
      return { kind: "dismiss", reason: "The user can't be asked right now. Choose a sensible default and say which." };
    case "plan":
      return { kind: "deny", reason: "Plans can't be approved here. End with the plan as your answer." };
  }
}
