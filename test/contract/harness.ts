import type { ResumeToken, TakopiEvent } from "../../src/domain/event.ts";
import type { Runner, RunRequest } from "../../src/runner/runner.ts";
import { collect, completedOf, createTestHost, runRequest, type TestHost } from "../factories.ts";
import type { RunnerUnderTest } from "./runner-under-test.ts";

/** A host and the request for one prompt, as the harness of the engine wants them. */
export function prepare(
  subject: RunnerUnderTest,
  prompt: string,
  resume?: ResumeToken,
): { readonly host: TestHost; readonly request: RunRequest } {
  const host = createTestHost({ ...(subject.env && { env: subject.env }) });
  const request = runRequest({ prompt, ...(subject.cwd && { cwd: subject.cwd }), ...(resume && { resume }) });
  return { host, request };
}

/** Runs one prompt to its end. */
export async function play(
  subject: RunnerUnderTest,
  prompt: string,
  options: { readonly runner?: Runner; readonly resume?: ResumeToken } = {},
): Promise<readonly TakopiEvent[]> {
  const runner = options.runner ?? (await subject.createRunner());
  const { host, request } = prepare(subject, prompt, options.resume);
  return await collect(runner.run(request, host));
}

/** A session the runner has just made. */
export async function newSession(subject: RunnerUnderTest, runner: Runner): Promise<ResumeToken> {
  const { resume, error } = completedOf(await play(subject, subject.cases.prompts.succeed, { runner }));
  if (resume === undefined) throw new Error(`the run has no session: ${error ?? "no error"}`);
  return resume;
}
