import { access } from "node:fs/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { type OpenedProgram, openProgram } from "../../src/runner/open-program.ts";
import { spawnFailure } from "../../src/runner/program.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { launchOf, sessionFile } from "./arguments.ts";
import { complete } from "./complete.ts";
import type { PiConfig } from "./config.ts";
import { Dialogue } from "./dialogue.ts";
import { installHint, lostSession } from "./failure.ts";
import { modeOf } from "./past.ts";
import { type PromptContent, promptContent, sortPrompt, type SortedPrompt } from "./prompt.ts";
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
  const opened = (await obstacle(run)) ?? (await start(run, prompt));
  if ("error" in opened) {
    yield* complete(initialState(request.cwd, requested), opened);
    return;
  }
  const mode = modeOf(opened.told) ?? options.config.mode;
  const dialogue = new Dialogue({ opened, host, mode, cwd: request.cwd, requested, patience: options.patience ?? {} });
  try {
    yield* dialogue.hold(hasPrompt(opened) ? undefined : await contentOf(prompt, mode));
  } finally {
    await dialogue.close();
  }
}

function hasPrompt({ told }: OpenedProgram): boolean {
  return told.length > 0;
}

async function contentOf(prompt: SortedPrompt, mode: PiConfig["mode"]): Promise<PromptContent> {
  return mode === "rpc" ? await promptContent(prompt) : { text: prompt.text, images: [] };
}

/** Given the path of a session that is gone, pi would begin a new one there without a word. A run that was taken up has its session. */
async function obstacle({ request, host }: PiRun): Promise<Failure | undefined> {
  if (request.record?.isTakenUp === true) return undefined;
  if (host.signal.aborted) return { error: "cancelled" };
  const value = request.resume?.value ?? "";
  const file = sessionFile(value, { cwd: request.cwd, home: host.env["HOME"] });
  if (file === undefined) return undefined;
  return await access(file).then(
    () => undefined,
    () => lostSession(value),
  );
}

async function start({ request, host, options }: PiRun, { images }: SortedPrompt): Promise<OpenedProgram | Failure> {
  const imagePaths = options.config.mode === "print" ? images.map(({ path }) => path) : [];
  try {
    return await openProgram(launchOf(request, { ...options, env: host.env, imagePaths }), request, host);
  } catch (error) {
    return spawnFailure(error, `Install Pi: ${installHint}`);
  }
}
