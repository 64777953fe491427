import type { Decision, DecisionRequest } from "../domain/decision.ts";
import type { JsonRpcPast } from "../wire/json-rpc-past.ts";
import type { RunHost } from "./runner.ts";

/** What to ask, and until when. */
export interface Asked {
  readonly request: DecisionRequest;
  readonly withdrawn: AbortSignal;
}

/**
 * Asks the user, in a run that was taken up only when its past is over: a later line of it may say that the engine no longer waits. What
 * waits for that is asked within the microtasks after it.
 */
export async function askWhenOver(
  host: Pick<RunHost, "decide">,
  past: JsonRpcPast,
  { request, withdrawn }: Asked,
): Promise<Decision> {
  if (!past.isOver) await Promise.race([past.over, abortOf(withdrawn)]);
  if (withdrawn.aborted && !past.isOver) return { kind: "dismiss", reason: "The engine no longer waits." };
  return await host.decide(request, withdrawn);
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
