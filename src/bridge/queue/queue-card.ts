import type { Run, RunId } from "../../domain/run.ts";
import { clockTime } from "../../progress/clock-time.ts";
import type { LiveRun } from "../live-run.ts";
import type { EngineSource } from "../ports.ts";
import { runButton } from "../run-button.ts";
import type { CardExtras } from "../run-messages.ts";
import { countOf } from "../status/vitals.ts";
import type { Store } from "../store-port.ts";

export interface QueueCardDeps {
  readonly store: Store;
  readonly engines: EngineSource;
}

const MIN_NAMED_WAIT_MS = 60_000;

/** Shows a run as queued: what it waits for, and what its engine can do instead of letting it wait. */
export function showQueued(deps: QueueCardDeps, live: LiveRun): void {
  live.show("queued", () => queuedExtras(deps, live.run.id));
}

/** The run that works in the session this queued run waits for. */
export function runAhead(store: Store, run: Run): Run | undefined {
  return store.runsInState(["running"]).find((other) => other.sessionKey === run.sessionKey);
}

function queuedExtras({ store, engines }: QueueCardDeps, runId: RunId): CardExtras {
  // Read again at every drawing: its session gets its name while it waits, and those before it come and go.
  const run = store.findRun(runId);
  const ahead = run && runAhead(store, run);
  if (run === undefined || ahead === undefined) {
    return { keyboard: [[runButton(runId, "cancel", "Drop")]], ...(run && (fetchNote(store, run) ?? startNote(run))) };
  }
  const canSteer = engines.runner(ahead.engine)?.capabilities.steer === true && store.filesOf(runId).length === 0;
  const before = store.queuedBefore(runId);
  return {
    note: before === 0 ? "next in its session" : `${before} before it in its session`,
    keyboard: [
      [...(canSteer ? [runButton(runId, "steer", "Steer now")] : []), runButton(runId, "cancel", "Drop")],
      [runButton(runId, "interrupt", "Interrupt and run this")],
    ],
  };
}

/** Of a run whose files are on their way. */
function fetchNote(store: Store, { id }: Run): Required<Pick<CardExtras, "note">> | undefined {
  const files = store.filesOf(id);
  const missing = files.filter(({ outcome }) => outcome === undefined).length;
  if (missing === 0) return undefined;
  return {
    note:
      missing === files.length ? `getting ${countOf(missing, "file")}` : `getting ${missing} of ${files.length} files`,
  };
}

/** Of a run that waits for a time; a paste waits a second, which is not worth a word. */
function startNote({ createdAt, notBefore }: Run): Pick<CardExtras, "note"> {
  return notBefore - createdAt < MIN_NAMED_WAIT_MS ? {} : { note: `starts at ${clockTime(notBefore, createdAt)}` };
}
