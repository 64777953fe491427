import type { Run, RunId, Sender } from "../../domain/run.ts";
import { plain } from "../../render/text-builder.ts";
import { cancelRun, type CancelDeps } from "../cancel-run.ts";
import type { LiveRun } from "../live-run.ts";
import type { EngineSource, Log } from "../ports.ts";
import { runAhead, showQueued } from "./queue-card.ts";
import { untilWritten } from "../until-written.ts";

export type SteerDeps = CancelDeps & { readonly engines: EngineSource; readonly log: Log };

/** Gives the prompt of a queued run to the run it waits for. Until the engine has taken it, it stays in the queue. Returns what to tell the user. */
export function steerRun(deps: SteerDeps, run: Run, by: Sender): string {
  const { store, lives, clock } = deps;
  const target = runAhead(store, run);
  const live = target && lives.find(target.id);
  if (target === undefined || live === undefined) return "The run it waited for has ended: it starts by itself.";
  if (deps.engines.runner(target.engine)?.capabilities.steer !== true)
    return `${target.engine} can't be steered: the prompt stays queued.`;
  if (store.filesOf(run.id).length > 0) return "Files can't be passed into a run that works: the prompt stays queued.";
  if (!store.beginSteering(run.id, target.id)) return "It is no longer queued.";
  store.audit({ at: clock.now(), actor: String(by.id), verb: "steer", subject: target.id, detail: { with: run.id } });
  if (!live.steer(run.id, run.prompt, () => void finishSteered(deps, run, target))) {
    store.endSteering(run.id);
    return "The run it waited for has ended: it starts by itself.";
  }
  showPassedOn(deps, run, target);
  return `Passing it to ${target.engine}…`;
}

/** Its engine may have the prompt, or may be about to get it, under an earlier start of this program: it is told which one is meant. */
export function passOnAgain(deps: SteerDeps, run: Run, target: LiveRun): void {
  target.steer(run.id, run.prompt, () => void finishSteered(deps, run, target.run));
  showPassedOn(deps, run, target.run);
}

function showPassedOn({ lives }: SteerDeps, run: Run, { engine }: Run): void {
  lives.open(run).show("queued", () => ({ note: `being passed to ${engine}`, keyboard: [] }));
}

/** Ends the run that works and lets this one go next. Returns what to tell the user. */
export function interruptFor(deps: SteerDeps, run: Run, by: Sender): string {
  const target = runAhead(deps.store, run);
  if (!deps.store.putFirst(run.id)) return "It is no longer queued.";
  if (target !== undefined) cancelRun(deps, target.id, by);
  return target === undefined ? "It starts by itself." : "Interrupting; this one runs next.";
}

/** What the engine did not take before its run ended goes back to the queue, where it starts by itself. */
export async function returnUntaken(deps: SteerDeps, live: LiveRun): Promise<void> {
  for (const runId of live.closeFollowUps()) {
    await untilWritten(deps, () => deps.store.endSteering(runId));
    showAgain(deps, runId);
  }
}

function showAgain(deps: SteerDeps, runId: RunId): void {
  const run = deps.store.findRun(runId);
  if (run?.state === "queued") showQueued(deps, deps.lives.open(run));
}

/** The prompt is part of another run now: its own ends, and its card says where it went, also when it was dropped meanwhile. */
async function finishSteered(deps: SteerDeps, run: Run, target: Run): Promise<void> {
  const content = plain(`↪ ${target.engine} took this into the run that is working.`);
  const outbox = deps.lives.open(run).card.end(({ messageId }) => ({ type: "edit", messageId, content, keyboard: [] }));
  const finishedAt = deps.clock.now();
  await untilWritten(deps, () => {
    const isEnded = deps.store.endRun({ runId: run.id, state: "done", finishedAt, outbox });
    if (!isEnded) for (const row of outbox) deps.store.enqueue(row);
  });
  deps.lives.close(run.id);
  deps.deliveries.wake();
}
