import { type AnswerDeps, replyToDecision } from "../../bridge/decisions/answer-decision.ts";
import { say } from "../../bridge/say.ts";
import type { Feature } from "./feature.ts";

/** A reply to something an engine asked. */
export function decisionReplyFeature(deps: AnswerDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || !replyToDecision(deps, incoming.message)) return false;
    const { thread, messageId: replyTo, file } = incoming.message;
    const text = "An engine's question is answered in words only: the file was not passed on.";
    if (file !== undefined) say(deps.deliveries, { thread, replyTo, text });
    return true;
  };
}
