import { type CompletedEvent, isSameSession, type TakopiEvent } from "../domain/event.ts";
import { newSessionKey, type Run } from "../domain/run.ts";
import type { Runner, RunHost, RunRequest } from "../runner/runner.ts";
import type { Decisions } from "./decisions/decisions.ts";
import type { Deliveries } from "./deliveries.ts";
import { limitOffer } from "./limit-offer.ts";
import { attachmentsOf, promptWithFaults } from "./files/file-words.ts";
import type { LiveRun } from "./live-run.ts";
import type { LiveRuns } from "./live-runs.ts";
import type { BridgeSettings } from "./settings.ts";
import { watchSilence } from "./silence.ts";
import { spendNotice } from "./spend.ts";
import { returnUntaken } from "./queue/steer-run.ts";
import type { Chat } from "./chat-port.ts";
import type { Clock, EngineSource, Files, Log, RunRecords } from "./ports.ts";
import type { Store } from "./store-port.ts";
import { describeEnding } from "./run-ending.ts";
import type { SessionMemory } from "./session-memory.ts";
import { startTyping } from "./typing.ts";
import { untilWritten } from "./until-written.ts";

export interface RunDeps {
  readonly chat: Chat;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly engines: EngineSource;
  readonly deliveries: Deliveries;
  readonly memory: SessionMemory;
  readonly lives: LiveRuns;
  readonly settings: BridgeSettings;
  readonly decisions: Decisions;
  readonly records: RunRecords;
  readonly files: Files;
  /** A new name for an offer: 12 random characters of `[0-9a-z]`. */
  readonly newKey: () => string;
}

/**
 * Carries one started run from its prompt to its end in the journal: the engine's events into the progress message, what it asks to
 * the user, its result with the messages that show it into one transaction. A session the engine no longer has is replaced once.
 * The result is delivered as soon as the engine reports it; resolves when the engine has cleaned up too. Never rejects. `takenUp`: the
 * request of a run that an earlier start of this program began and that is gone on with. A run that is left never ends here.
 */
export async function runSession(deps: RunDeps, live: LiveRun, takenUp?: RunRequest): Promise<void> {
  const stopTyping = startTyping(deps, live);
  const notices: string[] = [];
  live.show("starting");
  let result = await driveEngine(deps, live, takenUp);
  if (result.completed.fault === "session_not_found" && live.run.resume !== undefined) {
    notices.push(`the session ${live.run.resume.value} is gone, so this is a new one without its history`);
    await result.release();
    await untilWritten(deps, () => forgetSession(deps, live));
    result = await driveEngine(deps, live);
  }
  stopTyping();
  await untilWritten(deps, endRun(deps, live, { completed: result.completed, notices }));
  deps.deliveries.wake();
  await deps.decisions.closeRun(live);
  await returnUntaken(deps, live);
  await result.release();
  await untilWritten(deps, () => deps.store.forgetProcesses(live.run.id));
  deps.records.remove(live.run.id);
}

/** How to write the end of a run, with everything the user gets to see of it. */
function endRun(
  deps: RunDeps,
  live: LiveRun,
  { completed, notices }: { readonly completed: CompletedEvent; readonly notices: readonly string[] },
): () => void {
  const spent = spendNotice(deps, completed.usage);
  const shown = { completed, notices: [...notices, ...(spent === undefined ? [] : [spent])] };
  const ending = describeEnding(live, { ...shown, finishedAt: deps.clock.now() });
  return () => {
    const offer = ending.state === "failed" ? limitOffer(deps, live.run, completed) : [];
    deps.store.endRun({ ...ending, outbox: [...ending.outbox, ...offer] });
  };
}

/** What the engine said last, and how to wait for its processes to be gone. */
interface EngineResult {
  readonly completed: CompletedEvent;
  readonly release: () => Promise<void>;
}

async function driveEngine(deps: RunDeps, live: LiveRun, takenUp?: RunRequest): Promise<EngineResult> {
  const runner = deps.engines.runner(live.run.engine);
  if (runner === undefined) return nothingRan(live.run, deps.engines.whyUnavailable(live.run.engine));
  const request = takenUp ?? newRequest(deps, live.run, runner);
  return followEvents(deps, live, runner.run(request, createHost(deps, live)));
}

function newRequest({ records, store }: RunDeps, run: Run, runner: Runner): RunRequest {
  const { id: runId, resume, cwd, options } = run;
  const files = store.filesOf(runId);
  const prompt = promptWithFaults(run.prompt, files);
  const request = { runId, prompt, cwd, options, attachments: attachmentsOf(files), ...(resume && { resume }) };
  const record = runner.capabilities.survives ? records.begin(request) : undefined;
  return record === undefined ? request : { ...request, record };
}

/** Every word of the engine ends its silence, and what it says last ends the watch. */
async function followEvents(deps: RunDeps, live: LiveRun, events: AsyncIterable<TakopiEvent>): Promise<EngineResult> {
  const silence = watchSilence(deps, live, deps.settings.silentAfterMs);
  try {
    return await readEvents(deps, live, { events, heard: silence.heard });
  } finally {
    silence.stop();
  }
}

/** Iterates by hand: leaving a `for await` would wait for the engine's cleanup before the answer goes out. */
async function readEvents(
  deps: RunDeps,
  live: LiveRun,
  { events, heard }: { events: AsyncIterable<TakopiEvent>; heard: () => void },
): Promise<EngineResult> {
  const iterator = events[Symbol.asyncIterator]();
  for (;;) {
    const next = await iterator.next();
    // Its end is the next program's to write down.
    if (live.isLeft) await never();
    if (next.done === true) return nothingRan(live.run, `${live.run.engine} ended without a result`);
    const event = next.value;
    heard();
    if (event.type === "completed") return { completed: event, release: async () => void (await iterator.return?.()) };
    if (event.type === "started") await untilWritten(deps, () => bindSession(deps, live, event));
    live.apply(event);
    live.show("working");
  }
}

async function never(): Promise<never> {
  return await new Promise<never>(() => {});
}

function nothingRan(run: Run, error: string): EngineResult {
  return {
    completed: { type: "completed", engine: run.engine, ok: false, answer: "", error },
    release: async () => {},
  };
}

/** A run that was taken up says again what was bound before; in its thread another session may be the latest by now. */
function bindSession(deps: RunDeps, live: LiveRun, event: Extract<TakopiEvent, { type: "started" }>): void {
  if (live.isCatchingUp && live.run.resume !== undefined && isSameSession(live.run.resume, event.resume)) return;
  deps.store.bindSession(live.run.id, event.resume);
  deps.memory.remember(live.run, event.resume);
  live.replaceRun({ ...live.run, resume: event.resume });
}

function forgetSession(deps: RunDeps, live: LiveRun): void {
  const { resume: _gone, ...run } = live.run;
  const sessionKey = newSessionKey(run.id);
  deps.store.dropSession(run.id, sessionKey);
  live.restart({ ...run, sessionKey });
}

function createHost(deps: RunDeps, live: LiveRun): RunHost {
  return {
    signal: live.signal,
    env: deps.engines.environment(live.run.engine),
    decide: (request, withdrawn) => (live.isLeft ? never() : deps.decisions.ask(live, request, withdrawn)),
    answerTaken: (requestId) => void (live.isLeft || deps.decisions.taken(live.run.id, requestId)),
    caughtUp: () => catchUp(deps, live),
    followUps: live.followUps,
    history: () => (live.run.resume === undefined ? [] : deps.store.pastTurns(live.run.resume)),
    // What throws here would fail the run and leave its process to itself; until it is written, the process is known by its mark.
    processStarted: (process) =>
      void untilWritten(deps, () => {
        const isOver = deps.lives.find(live.run.id) !== live;
        if (!isOver) deps.store.recordProcess({ ...process, runId: live.run.id });
      }),
  };
}

function catchUp({ decisions }: RunDeps, live: LiveRun): void {
  decisions.caughtUp(live);
  live.caughtUp();
}
