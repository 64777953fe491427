import { access } from "node:fs/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { SpawnError, startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { launchOf, sessionFile } from "./arguments.ts";
import { complete } from "./complete.ts";
import { Dialogue } from "./dialogue.ts";
import { installHint, lostSession } from "./failure.ts";
import { promptContent, sortPrompt, type SortedPrompt } from "./prompt.ts";
import type { PiRunnerOptions } from "./options.ts";
import { initialState, type Failure } from "./state.ts";

interface PiRun {
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly options: PiRunnerOptions;
}

/** One prompt for Pi. */
export async function* runPi(run: PiRun): AsyncGenerator<TakopiEvent, void, undefined> {
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
