import type { DecisionRequest } from "../../domain/decision.ts";
import type { Run, RunId } from "../../domain/run.ts";
import { threadKey } from "../../domain/thread.ts";
import type { ProgressLabel } from "../../progress/view.ts";
import type { LiveRuns } from "../live-runs.ts";
import type { Clock } from "../ports.ts";
import { queuedInTurn } from "../queue/queue-order.ts";
import type { Store } from "../store-port.ts";
import type { Backlog } from "./vitals.ts";

export interface StatusDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly lives: LiveRuns;
}

/** One run as others may see it: nothing of its prompt or its answer. Times are milliseconds. */
export interface RunStatus {
  readonly id: RunId;
  readonly engine: string;
  readonly project?: string;
  readonly branch?: string;
  /** The engine's own name of the session. */
  readonly session?: string;
  readonly label: ProgressLabel;
  /** Since it began; since it was accepted while it is queued. */
  readonly elapsedMs: number;
  readonly steps: number;
  /** Since the engine last said something. */
  readonly silentMs?: number;
  /** Whose prompt it is. */
  readonly startedBy: string;
  /** `<chat id>` or `<chat id>/<topic id>`. */
  readonly thread: string;
}

/** Something an engine asked and nobody has answered. */
export interface PendingDecision {
  readonly runId: RunId;
  readonly kind: DecisionRequest["kind"];
  /** What it wants to use; only for approvals. */
  readonly tool?: string;
  readonly waitingMs: number;
}

/** What the bot is doing. */
export interface WorkStatus {
  readonly running: readonly RunStatus[];
  /** In the order in which they will run. */
  readonly queued: readonly RunStatus[];
  /** Prompts that came too late and wait for Run or Discard. */
  readonly held: number;
  readonly decisions: readonly PendingDecision[];
  readonly outbox: Backlog;
}

/** Looks at everything the bot has to do. Reads only. */
export function workStatus(deps: StatusDeps): WorkStatus {
  const { store, clock } = deps;
  const now = clock.now();
  const { waiting, oldestAt } = store.outboxBacklog();
  return {
    running: store.runsInState(["running"]).map((run) => runStatus(deps, run)),
    queued: queuedInTurn(store).map((run) => runStatus(deps, run)),
    held: store.runsInState(["held"]).length,
    decisions: store
      .openDecisions()
      .filter(({ state }) => state === "pending")
      .map(({ runId, request, askedAt }) => ({
        runId,
        kind: request.kind,
        ...(request.kind === "approval" && { tool: request.tool }),
        waitingMs: now - askedAt,
      })),
    outbox: { waiting, ...(oldestAt !== undefined && { oldestMs: Math.max(0, now - oldestAt) }) },
  };
}

function runStatus({ lives, clock }: StatusDeps, run: Run): RunStatus {
  const live = lives.find(run.id);
  const now = clock.now();
  const { project, branch } = run.context;
  return {
    id: run.id,
    engine: run.engine,
    ...(project !== undefined && { project }),
    ...(branch !== undefined && { branch }),
    ...(run.resume && { session: run.resume.value }),
    label: live?.label ?? (run.state === "running" ? "working" : "queued"),
    elapsedMs: Math.max(0, now - (run.startedAt ?? run.createdAt)),
    steps: live?.shown().progress.steps ?? 0,
    ...(live?.heardAt !== undefined && { silentMs: Math.max(0, now - live.heardAt) }),
    startedBy: run.sender.name,
    thread: threadKey(run.thread),
  };
}
