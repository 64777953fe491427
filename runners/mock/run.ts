import { setTimeout } from "node:timers/promises";
import type { Decision } from "../../src/domain/decision.ts";
import type { CompletedEvent, EngineId, ResumeToken, TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { answerToDecision, usualAnswer } from "./answer.ts";
import { requestFor } from "./request.ts";
import { plainScene, stretched, usualScene, type Beat } from "./scene.ts";
import type { MockConfig } from "./schema.ts";
import { type Asking, scriptFrom, type Script } from "./script.ts";

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
  const heard: string[] = [];
  void listen(host, heard);
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
  const asked = script.asks ?? (run.request.options.plan === true ? "plan" : undefined);
  const decision = asked === undefined ? undefined : await ask(run, asked);
  const answer = decision === undefined ? (script.answer ?? usualAnswer(run.promptCount)) : answerToDecision(decision);
  const answers = [answer, ...heard.map((text) => `You also said: ${text}`)];
  yield {
    type: "completed",
    engine,
    ok: true,
    answer: answers.join("\n\n"),
    resume,
    usage: { output_tokens: answer.length },
  };
}

/** Somebody who always asks for changes gets an answer in the end. */
const MAX_ROUNDS = 5;

/** A plan that is sent back comes again, until it is approved or denied. */
async function ask({ host }: Pick<MockRun, "host">, asking: Asking, round: number = 1): Promise<Decision> {
  const request = { ...requestFor(asking), id: `${asking}-${round}` };
  const decision = await host.decide(request, host.signal);
  host.signal.throwIfAborted();
  host.answerTaken(request.id);
  return decision.kind === "revise" && round < MAX_ROUNDS ? await ask({ host }, asking, round + 1) : decision;
}

async function listen(host: RunHost, heard: string[]): Promise<void> {
  for await (const followUp of host.followUps) {
    heard.push(followUp.text);
    followUp.taken();
  }
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
