import type { Deliveries } from "../../bridge/deliveries.ts";
import { say } from "../../bridge/say.ts";
import type { Feature } from "./feature.ts";

/** Says so when a message brings something that can't be passed on, instead of running half of it. */
export function attachmentFeature(deps: { deliveries: Deliveries }): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || incoming.message.attachment === undefined) return false;
    const { thread, messageId: replyTo, attachment } = incoming.message;
    const what = attachment === "other" ? "This kind of message" : `A ${attachment}`;
    say(deps.deliveries, {
      thread,
      replyTo,
      text: `${what} can't be passed to an engine yet, so nothing was started. Send text.`,
    });
    return true;
  };
}
