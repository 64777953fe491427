import type { Run } from "../../domain/run.ts";
import type { RunRequest } from "../../runner/runner.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { RunRecords } from "../ports.ts";
import type { Scheduler } from "../scheduler.ts";
import { passOnAgain, type SteerDeps } from "../queue/steer-run.ts";

export interface TakeUpDeps extends SteerDeps {
  readonly records: RunRecords;
  readonly decisions: Decisions;
  readonly scheduler: Pick<Scheduler, "takeUp">;
}

/**
 * Goes on with the runs whose engines outlived the last start of this program: in their own messages, with the answers to what they
 * asked. Also with those whose engines have ended since: what they said is there. Returns these runs.
 */
export function takeUpRuns(deps: TakeUpDeps): readonly Run[] {
  return deps.store.runsInState(["running"]).filter((run) => {
    const canSurvive = deps.engines.runner(run.engine)?.capabilities.survives === true;
    const request = canSurvive ? deps.records.find(run.id) : undefined;
    if (request !== undefined) takeUpRun(deps, run, request);
    return request !== undefined;
  });
}

/** Puts runs back into the queue whose engines had been started, if at all, and not been given the prompt. */
export function requeueUnbegun({ store, records }: Pick<TakeUpDeps, "store" | "records">): number {
  const runs = store.runsInState(["running"]).filter(({ id }) => records.isUnbegun(id));
  return runs.filter(({ id }) => store.requeueRun(id)).length;
}

function takeUpRun(deps: TakeUpDeps, run: Run, request: RunRequest): void {
  const live = deps.lives.open(run);
  live.beginCatchUp();
  deps.decisions.expect(run.id);
  for (const steered of deps.store.steeredInto(run.id)) passOnAgain(deps, steered, live);
  deps.scheduler.takeUp(live, request);
}
