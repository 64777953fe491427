import type { ActionEvent, CompletedEvent, EngineId } from "../domain/event.ts";
import type { RunHost } from "../runner/runner.ts";
import { decide, type Policy } from "./decide.ts";
import type { Envelope } from "./envelope.ts";
import type { HappiBodies, HappiBody, HappiFailure } from "./happi-event.ts";
import type { HappiHost } from "./happi-host.ts";
import { prepareRun, type PreparedRun } from "./prepare-run.ts";
import { initialRunState, translateAction, translateCompleted } from "./translate.ts";

/** How many runtimes are inside each other, for the engines of this one: one of them may be this program again. */
const depthVariable = "HAPPI_DEPTH";
/** A configuration in which an engine is its own runtime would never come to an end. */
const maxDepth = 4;

/** Runs one prompt. Leaving early ends the engine; it is gone when that has been waited for. */
export async function* runEngine(envelope: Envelope, engine: EngineId, host: HappiHost): HappiBodies {
  const depth = Number(host.env[depthVariable]) || 0;
  const prepared = depth < maxDepth ? await prepareRun(envelope, engine, host) : tooDeep(engine);
  if ("code" in prepared) {
    yield { type: "error", ...prepared };
    return;
  }
  const runHost = hostOf(prepared, host, depth);
  let state = initialRunState(envelope);
  for await (const event of prepared.runner.run(prepared.request, runHost)) {
    if (event.type === "action") {
      logWarning(event, host);
      const step = translateAction(state, event);
      state = step.state;
      yield* step.bodies;
    }
    if (event.type === "completed") yield* ending(event, prepared, host);
  }
}

function ending(event: CompletedEvent, { runner }: PreparedRun, host: HappiHost): readonly HappiBody[] {
  const resume = event.resume && runner.formatResume(event.resume);
  // Before it is cut in pieces, for a cut may go through what is to be covered.
  const answer = host.cover(event.answer);
  return translateCompleted({ ...event, answer }, { resume, isStopped: host.signal.aborted });
}

function tooDeep(engine: EngineId): HappiFailure {
  const message = `${engine} would be the ${maxDepth + 1}th runtime inside another: does its command run this engine again?`;
  return { code: "runtime_error", message };
}

function hostOf({ engines, runner, request, asked, flags }: PreparedRun, host: HappiHost, depth: number): RunHost {
  const { engine } = runner;
  const { runId } = request;
  const policy: Policy = { approvals: flags.approvals, isAllowed: (asks) => engines.isAllowed(engine, asks) };
  return {
    signal: host.signal,
    env: { ...engines.environment(engine), [depthVariable]: `${depth + 1}` },
    decide: async (asks) => {
      const decision = decide(asks, policy);
      if (decision.kind === "deny")
        host.warn(`${engine} was denied: ${asks.kind === "approval" ? asks.title : asks.kind}`);
      return decision;
    },
    answerTaken: () => {},
    followUps: nothing(),
    // Told in the prompt unless the session goes on; then only engines that keep no sessions ask for it.
    history: () => (request.resume === undefined ? [] : asked.earlier),
    caughtUp: () => {},
    processStarted: (started) => host.processStarted(started, runId),
  };
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}

function logWarning({ engine, action: { kind, title } }: ActionEvent, host: HappiHost): void {
  if (kind === "warning") host.warn(`${engine}: ${title}`);
}
