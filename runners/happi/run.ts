import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { complete } from "./complete.ts";
import { envelopeOf, modelOf } from "./envelope.ts";
import { follow, type Circumstances, type Patience } from "./follow.ts";
import type { ProgramLaunch } from "../../src/runner/open-program.ts";
import { launchOf } from "./launch.ts";
import { newSessionId } from "./resume.ts";
import type { HappiRunnerOptions } from "./options.ts";
import { createCover, tokenVariable } from "./secret.ts";
import { begin, initialState, remark, type Failure, type RunState, type Step } from "./state.ts";
import { unchanged } from "../../src/runner/step.ts";

const defaultPatience: Patience = { wordsMs: 400, exitMs: 1_500 };

/** One prompt for a HAPPI runtime. */
export async function* runRuntime(
  request: RunRequest,
  host: RunHost,
  options: HappiRunnerOptions,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const { engine, config } = options;
  const requested = request.resume?.value;
  const state = initialState({ engine, cwd: request.cwd, requestId: request.runId, requested });
  const launch = launchOf({ ...options, env: host.env });
  const child = host.signal.aborted ? { error: "cancelled" } : await start(launch, request, host);
  if ("error" in child) {
    yield* complete(state, child);
    return;
  }
  const cancel = (): void => void child.stop();
  host.signal.addEventListener("abort", cancel, { once: true });
  if (host.signal.aborted) cancel();
  try {
    const history = config.history === "none" ? [] : host.history();
    void child.write(`${JSON.stringify(envelopeOf({ request, config, history }))}\n`);
    child.endInput();
    const opened = begin(state, requested ?? newSessionId(engine), modelOf({ request, config }));
    yield* opened.events;
    const isForgotten = requested !== undefined && config.history !== "none" && history.length === 0;
    const told = isForgotten ? sayForgotten(opened.state) : unchanged(opened.state);
    yield* told.events;
    yield* follow(child, told.state, { signal: host.signal, ...circumstancesOf(options, launch.env) });
  } finally {
    host.signal.removeEventListener("abort", cancel);
    await child.stop();
  }
}

async function start(launch: ProgramLaunch, request: RunRequest, host: RunHost): Promise<Subprocess | Failure> {
  try {
    const child = await startSubprocess({ ...launch, cwd: request.cwd, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** A first run that failed, or a session of another bot. */
function sayForgotten(state: RunState): Step {
  return remark(state, {
    title: "nothing finished is known of this session, so the prompt is sent alone",
    level: "info",
  });
}

function circumstancesOf(
  { engine, config, patience }: HappiRunnerOptions,
  env: ProgramLaunch["env"],
): Omit<Circumstances, "signal"> {
  const variable = tokenVariable(config);
  const missingVariable = variable === undefined || variable in env ? undefined : variable;
  return {
    patience: { ...defaultPatience, ...patience },
    context: { engine, cmd: config.cmd, missingVariable },
    cover: createCover(config, env),
  };
}
