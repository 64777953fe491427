import type { Run } from "../../domain/run.ts";
import type { Thread } from "../../domain/thread.ts";
import type { Store } from "../store-port.ts";

/** What is queued, in the order in which it will run: in each session one may have been let in before older ones. */
export function queuedInTurn(store: Store, thread?: Thread): readonly Run[] {
  const queued = store.runsInState(["queued"], thread).map((run) => ({ run, before: store.queuedBefore(run.id) }));
  return queued.toSorted((a, b) => a.before - b.before).map(({ run }) => run);
}
