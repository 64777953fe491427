import { type AnswerDeps, replyToDecision } from "../../bridge/decisions/answer-decision.ts";
import type { Feature } from "./feature.ts";

/** A reply to something an engine asked. */
export function decisionReplyFeature(deps: AnswerDeps): Feature {
  return (incoming) => incoming.kind === "message" && replyToDecision(deps, incoming.message);
}
