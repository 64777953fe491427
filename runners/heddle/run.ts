import type { StartedEvent, TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { complete } from "./complete.ts";
import { Exchange } from "./exchange.ts";
import { cancelled, foreignSession, lostSession, type Failure } from "./failure.ts";
import { withHistory } from "./history.ts";
import { openWorker, type OpenedWorker } from "./open-worker.ts";
import type { Patience } from "./patience.ts";
import { promptText } from "./prompt.ts";
import type { HeddleRunnerOptions } from "./options.ts";
import { initialState, type RunState } from "./state.ts";
import { remark } from "../../src/runner/step.ts";
import type { Worker } from "./worker.ts";
import type { Workers } from "./workers.ts";

/** Heddle's default, which `init` has to name. */
const defaultModel = "openrouter/free";

export interface HeddleRun extends HeddleRunnerOptions {
  readonly patience: Patience;
  readonly workers: Workers;
  readonly request: RunRequest;
  readonly host: RunHost;
}

/** A worker for the run, and what to send it. */
interface Seat extends OpenedWorker {
  readonly message: string;
  /** Whether the worker knows the earlier turns itself. */
  readonly isLive: boolean;
  /** What the user should know of it. */
  readonly notice?: string;
}

/** One prompt for the worker of its session, or for a new one. */
export async function* runHeddle(run: HeddleRun): AsyncGenerator<TakopiEvent, void, undefined> {
  const { resume } = run.request;
  const obstacle = obstacleTo(run);
  if (obstacle === undefined && resume !== undefined) yield startedEvent(run, resume.value);
  const seat = obstacle ?? (await (resume === undefined ? newSeat(run) : resumedSeat(run, resume.value)));
  if ("error" in seat) yield* complete(stateOf(run, resume?.value), seat);
  else yield* converse(run, seat);
}

/** What stands in the way before anything is started. */
function obstacleTo({ request, host, workers }: HeddleRun): Failure | undefined {
  if (host.signal.aborted) return cancelled;
  if (request.resume === undefined) return undefined;
  const session = request.resume.value;
  const cwd = workers.find(session)?.cwd;
  if (cwd === undefined) return host.history().length === 0 ? lostSession(session) : undefined;
  return cwd === request.cwd ? undefined : foreignSession(cwd);
}

async function newSeat(run: HeddleRun): Promise<Seat | Failure> {
  const opened = await openWorker({ ...run, model: modelOf(run) });
  return "error" in opened ? opened : { ...opened, message: promptText(run.request), isLive: true };
}

/** The worker of the session, or a new one that is told what was said before. */
async function resumedSeat(run: HeddleRun, session: string): Promise<Seat | Failure> {
  const { request, host, workers } = run;
  const worker = workers.take(session);
  const { model } = request.options;
  if (worker !== undefined) {
    host.processStarted(worker.identity);
    const isOther = model !== undefined && model !== worker.model;
    if (!isOther && (await worker.isThere())) return { worker, session, message: promptText(request), isLive: true };
    await worker.end();
    // A session keeps the model it was begun with.
    if (isOther) return await retoldSeat(run, session, `the session goes on in a new worker, with ${model}`);
  }
  return host.history().length === 0
    ? lostSession(session)
    : await retoldSeat(run, session, "the worker of this session had ended");
}

async function retoldSeat(run: HeddleRun, session: string, cause: string): Promise<Seat | Failure> {
  const turns = run.host.history();
  const opened = await openWorker({ ...run, model: modelOf(run) });
  if ("error" in opened) return opened;
  const { message, sent } = withHistory(promptText(run.request), turns);
  const notice = `${cause}: ${sentWords(sent, turns.length)}`;
  return { worker: opened.worker, session, message, isLive: false, notice };
}

function sentWords(sent: number, all: number): string {
  if (all === 0) return "none of its earlier turns is known";
  if (sent < all) return `the last ${sent} of ${all} earlier turns were sent along as context`;
  return sent === 1 ? "1 earlier turn was sent along as context" : `${sent} earlier turns were sent along as context`;
}

async function* converse(run: HeddleRun, seat: Seat): AsyncGenerator<TakopiEvent, void, undefined> {
  const { request, host, patience } = run;
  const { worker, session, notice } = seat;
  let exchange: Exchange | undefined;
  try {
    if (request.resume === undefined) yield startedEvent(run, session);
    let state = stateOf(run, session, worker);
    if (notice !== undefined) {
      const noted = remark(state, { title: notice, kind: "warning", level: "warning" });
      yield* noted.events;
      ({ state } = noted);
    }
    await worker.noteProcesses();
    if (host.signal.aborted) return yield* complete(state, cancelled);
    exchange = new Exchange({ worker, signal: host.signal, state, patience });
    yield* exchange.hold(seat.message);
  } finally {
    await leave(run, seat, exchange);
  }
}

/** The worker waits for the next prompt of its session, unless it has been ended, or knows nothing of the session. */
async function leave({ workers, request }: HeddleRun, seat: Seat, exchange: Exchange | undefined): Promise<void> {
  const { worker, session, isLive } = seat;
  const isKept = exchange === undefined ? isLive && request.resume !== undefined : await exchange.close();
  if (isKept) await workers.keep(session, worker);
  else await worker.end();
}

function startedEvent(run: HeddleRun, session: string): StartedEvent {
  const { engine, request, workers } = run;
  const title = request.options.model ?? workers.find(session)?.model ?? modelOf(run);
  return { type: "started", engine, resume: { engine, value: session }, title };
}

function modelOf({ request, config, host }: HeddleRun): string {
  return request.options.model ?? config.model ?? host.env["HEDDLE_MODEL"] ?? defaultModel;
}

function stateOf({ engine, request }: HeddleRun, session: string | undefined, worker?: Worker): RunState {
  const named = session === undefined ? {} : { session };
  return initialState({ engine, cwd: request.cwd, sendId: worker?.newId() ?? "", ...named });
}
