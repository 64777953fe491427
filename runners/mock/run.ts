import { setTimeout } from "node:timers/promises";
import type { CompletedEvent, EngineId, ResumeToken, TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { answerToDecision, usualAnswer } from "./answer.ts";
import { requestFor } from "./request.ts";
import { plainScene, stretched, usualScene, type Beat } from "./scene.ts";
import type { MockConfig } from "./schema.ts";
import { scriptFrom, type Script } from "./script.ts";

export interface MockRun {
  readonly engine: EngineId;
  readonly config: MockConfig;
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly resume: ResumeToken;
  /** Which prompt of its session this is; absent when the session is older than this process. */
  readonly promptCount: number | undefined;
}

/** Plays one run. Breaks the contract only where the prompt asks for it: `crash` throws, `nostart` never starts. */
export async function* playRun(run: MockRun): AsyncGenerator<TakopiEvent, void, undefined> {
  const script = scriptFrom(run.request.prompt);
  if (script.forgets && run.request.resume !== undefined) {
    yield failed(run.engine, { error: `${run.engine} has no session ${run.resume.value}`, fault: "session_not_found" });
    return;
  }
  if (script.ending === "nostart") {
    yield failed(run.engine, { error: `${run.engine} was told not to start` });
    return;
  }
  const title = run.request.options.model ?? run.config.title;
  yield { type: "started", engine: run.engine, resume: run.resume, title, meta: { cwd: run.request.cwd } };
  try {
    yield* playScript(run, script);
  } catch (error) {
    if (!run.host.signal.aborted) throw error;
    yield failed(run.engine, { error: "cancelled", resume: run.resume });
  }
}

async function* playScript(run: MockRun, script: Script): AsyncGenerator<TakopiEvent, void, undefined> {
  const { engine, resume, host } = run;
  for (const { pauseMs, event } of sceneOf(script)) {
    await pause(pauseMs, run);
    yield { ...event, engine };
  }
  await pause((script.silentSeconds ?? 0) * 1000, run);
  if (script.ending === "hang") await untilAborted(host.signal);
  if (script.ending === "crash") throw new Error(`${engine} was told to crash`);
  if (script.ending === "fail") {
    yield failed(engine, { error: `${engine} was told to fail`, answer: "I came as far as the tests.", resume });
    return;
  }
  const decision = script.asks === undefined ? undefined : await host.decide(requestFor(script.asks), host.signal);
  host.signal.throwIfAborted();
  const answer = decision === undefined ? (script.answer ?? usualAnswer(run.promptCount)) : answerToDecision(decision);
  yield { type: "completed", engine, ok: true, answer, resume, usage: { output_tokens: answer.length } };
}

function sceneOf({ stepCount, stepsSeconds }: Script): readonly Beat[] {
  const scene = stepCount === undefined ? usualScene : plainScene(stepCount);
  return stepsSeconds === undefined ? scene : stretched(scene, stepsSeconds);
}

async function pause(ms: number, { config, host }: MockRun): Promise<void> {
  host.signal.throwIfAborted();
  if (config.speed > 0 && ms > 0) await setTimeout(ms / config.speed, undefined, { signal: host.signal });
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return await new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function failed(
  engine: EngineId,
  outcome: Pick<CompletedEvent, "fault" | "resume"> & { readonly error: string; readonly answer?: string },
): CompletedEvent {
  return { type: "completed", engine, ok: false, answer: "", ...outcome };
}
