import type { EngineId, ResumeToken, TakopiEvent } from "../domain/event.ts";
import { sessionKeyOf } from "../domain/run.ts";
import { BoundedRun, type Step } from "./bounded-run.ts";
import { ContractRules, type Verdict } from "./contract-rules.ts";
import type { Runner, RunHost, RunRequest } from "./runner.ts";
import type { ReleaseLock, SessionLocks } from "./session-locks.ts";

const defaultGraceMs = 15_000;

/**
 * Makes any runner keep the contract of `Runner.run`, whatever it does wrong:
 * - at most one `started`, in the requested session; exactly one `completed`, last, in the same session; nothing is thrown.
 * - the session's lock is held before a resumed run begins and before a new session's `started` is seen, until the runner has
 *   cleaned up behind its `completed`. That goes on while the consumer works on `completed`.
 * - an abort while it waits for the lock, or that the runner ignores for `graceMs` (default 15 s), ends the run as `cancelled`.
 *   A runner that does not end has as long again to clean up; then its lock is free for the next run.
 *
 * Events that are not of this run become one warning action. It does not check what actions contain.
 */
export function enforceContract(runner: Runner, locks: SessionLocks, graceMs: number = defaultGraceMs): Runner {
  const check = runner.check?.bind(runner);
  return {
    ...(check && { check }),
    ...(runner.dispose && { dispose: async () => await runner.dispose?.() }),
    ...(runner.listSessions && { listSessions: async (cwd, host) => (await runner.listSessions?.(cwd, host)) ?? [] }),
    engine: runner.engine,
    capabilities: runner.capabilities,
    formatResume: (token) => runner.formatResume(token),
    extractResume: (text) => runner.extractResume(text),
    isResumeLine: (line) => runner.isResumeLine(line),
    run: (request, host) =>
      enforcedRun({
        engine: runner.engine,
        request,
        signal: host.signal,
        rules: new ContractRules(runner.engine, request.resume),
        inner: new BoundedRun({ runner, request, host, graceMs }),
        lock: new RunLock(locks, host),
      }),
  };
}

interface EnforcedRun {
  readonly engine: EngineId;
  readonly request: RunRequest;
  readonly signal: AbortSignal;
  readonly rules: ContractRules;
  readonly inner: BoundedRun;
  readonly lock: RunLock;
}

async function* enforcedRun(run: EnforcedRun): AsyncGenerator<TakopiEvent, void, undefined> {
  let ending: Promise<void> | undefined;
  try {
    let verdict = await beginning(run);
    while (verdict.kind !== "end") {
      if (verdict.kind === "pass") yield verdict.event;
      verdict = await nextVerdict(run);
    }
    ending = finish(run, verdict.orderly);
    yield verdict.event;
  } finally {
    await (ending ?? finish(run, false));
  }
}

async function beginning({ engine, request, signal, rules, lock }: EnforcedRun): Promise<Verdict> {
  const { resume } = request;
  if (resume !== undefined && resume.engine !== engine)
    return rules.fail(`${engine} has no sessions of ${resume.engine}`);
  if (signal.aborted || (resume !== undefined && !(await lock.take(resume)))) return rules.fail("cancelled");
  return { kind: "drop" };
}

async function nextVerdict({ engine, rules, inner, lock, signal }: EnforcedRun): Promise<Verdict> {
  const step = await inner.next();
  if (step.kind !== "event") return rules.fail(signal.aborted ? "cancelled" : reasonOf(step, engine));
  const verdict = rules.judge(step.event);
  const opensSession = verdict.kind === "pass" && verdict.event.type === "started";
  if (opensSession && !(await lock.take(verdict.event.resume))) return rules.fail("cancelled");
  return verdict;
}

function reasonOf(step: Exclude<Step, { kind: "event" }>, engine: EngineId): string {
  if (step.kind !== "threw") return `${engine} ended without a result`;
  return step.error instanceof Error ? step.error.message : String(step.error);
}

async function finish({ inner, lock }: EnforcedRun, orderly: boolean): Promise<void> {
  await inner.end(orderly);
  lock.free();
}

/** The lock of a run, taken once, by whichever comes first: the requested session or the started one. */
class RunLock {
  readonly #locks: SessionLocks;
  readonly #signal: AbortSignal;
  #release: ReleaseLock | undefined;

  constructor(locks: SessionLocks, host: RunHost) {
    this.#locks = locks;
    this.#signal = host.signal;
  }

  /** False when the run was aborted before its turn came. */
  async take(token: ResumeToken): Promise<boolean> {
    if (this.#release !== undefined) return true;
    try {
      this.#release = await this.#locks.acquire(sessionKeyOf(token), this.#signal);
      return true;
    } catch {
      // The only way to fail is the abort of the signal.
      return false;
    }
  }

  free(): void {
    this.#release?.();
  }
}
