import { access } from "node:fs/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { Capabilities, Runner, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { SpawnError, startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { launchOf, sessionFile } from "./arguments.ts";
import { complete } from "./complete.ts";
import type { PiConfig } from "./config.ts";
import { Dialogue, type Patience } from "./dialogue.ts";
import { installHint, lostSession } from "./failure.ts";
import { listSessions } from "./list-sessions.ts";
import { promptContent, sortPrompt, type SortedPrompt } from "./prompt.ts";
import { resumeCodec } from "./resume.ts";
import { engine, initialState, type Failure } from "./state.ts";

export interface PiRunnerOptions {
  readonly config: PiConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}

/** Pi's CLI, one process per run. */
export function createPiRunner(options: PiRunnerOptions): Runner {
  return {
    engine,
    capabilities: capabilitiesOf(options.config),
    ...resumeCodec,
    run: (request, host) => runPi({ request, host, options }),
    listSessions: (cwd, host) => listSessions(cwd, host, options.config),
  };
}

function capabilitiesOf({ mode, ask_before }: PiConfig): Capabilities {
  const isTwoWay = mode === "rpc";
  return {
    approvals: ask_before.length > 0,
    questions: isTwoWay,
    plans: false,
    steer: isTwoWay,
    interrupt: isTwoWay,
    images: true,
    model: true,
    effort: ["off", "minimal", "low", "medium", "high", "xhigh", "max"],
    sessions: true,
    fork: false,
  };
}

interface PiRun {
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly options: PiRunnerOptions;
}

async function* runPi(run: PiRun): AsyncGenerator<TakopiEvent, void, undefined> {
  const { request, host, options } = run;
  const requested = request.resume?.value;
  const prompt = await sortPrompt(request);
  const child = (await obstacle(run)) ?? (await start(run, prompt));
  if ("error" in child) {
    yield* complete(initialState(request.cwd, requested), child);
    return;
  }
  const { mode } = options.config;
  const dialogue = new Dialogue({ child, host, mode, cwd: request.cwd, requested, patience: options.patience ?? {} });
  try {
    yield* dialogue.hold(mode === "rpc" ? await promptContent(prompt) : { text: prompt.text, images: [] });
  } finally {
    await dialogue.close();
  }
}

/** Given the path of a session that is gone, pi would begin a new one there without a word. */
async function obstacle({ request, host }: PiRun): Promise<Failure | undefined> {
  if (host.signal.aborted) return { error: "cancelled" };
  const value = request.resume?.value ?? "";
  const file = sessionFile(value, { cwd: request.cwd, home: host.env["HOME"] });
  if (file === undefined) return undefined;
  return await access(file).then(
    () => undefined,
    () => lostSession(value),
  );
}

async function start({ request, host, options }: PiRun, { images }: SortedPrompt): Promise<Subprocess | Failure> {
  const imagePaths = options.config.mode === "print" ? images.map(({ path }) => path) : [];
  const launch = launchOf(request, { ...options, env: host.env, imagePaths });
  try {
    const child = await startSubprocess({ ...launch, cwd: request.cwd, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    return spawnFailure(error);
  }
}

function spawnFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof SpawnError && error.reason === "not_found";
  return { error: isMissing ? `${message}\nInstall Pi: ${installHint}` : message };
}
