import { fileURLToPath } from "node:url";
import { configSchema } from "../../../runners/codex/config.ts";
import type { CodexRunnerOptions } from "../../../runners/codex/options.ts";
import { createCodexRunner } from "../../../runners/codex/runner.ts";
import type { TakopiEvent } from "../../../src/domain/event.ts";
import type { FollowUp, Runner, RunRequest } from "../../../src/runner/runner.ts";
import { collect, createTestHost, runRequest, type TestHostOptions } from "../../factories.ts";

export const program: string = fileURLToPath(new URL("../../../fixtures/programs-codex/codex.mjs", import.meta.url));

export interface FakeCodexOptions extends Partial<Omit<CodexRunnerOptions, "config">> {
  /** More keys of the `[codex]` table. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Words the program takes before those of the runner. */
  readonly words?: readonly string[];
}

/** The runner with the scripted program behind it. */
export function fakeCodex({ config = {}, words = [], ...options }: FakeCodexOptions = {}): Runner {
  const parsed = configSchema.parse({ command: [process.execPath, program, ...words], ...config });
  return createCodexRunner({ config: parsed, configDir: "/", ...options });
}

export interface Play extends TestHostOptions {
  readonly request?: Partial<RunRequest>;
  readonly runner?: FakeCodexOptions;
}

/** All events of a run. */
export async function play(
  prompt: string,
  { request = {}, runner = {}, ...options }: Play = {},
): Promise<readonly TakopiEvent[]> {
  return await collect(fakeCodex(runner).run(runRequest({ prompt, ...request }), createTestHost(options)));
}

/** A text sent during a run, and those that were taken. */
export function sent(text: string): readonly [AsyncIterable<FollowUp>, readonly string[]] {
  const taken: string[] = [];
  const followUps = (async function* () {
    yield { text, taken: () => void taken.push(text) };
  })();
  return [followUps, taken];
}

export function titles(events: readonly TakopiEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "action" ? [event.action.title] : []));
}
