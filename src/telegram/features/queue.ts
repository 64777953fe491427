import { type QueueDeps, showQueue } from "../../bridge/queue/show-queue.ts";
import { commandOf, type Feature } from "./feature.ts";

/** `/queue` */
export function queueFeature(deps: QueueDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || commandOf(incoming.message.text) !== "queue") return false;
    showQueue(deps, incoming.message);
    return true;
  };
}
