import type { TakopiEvent } from "../../src/domain/event.ts";
import { isCancelledEarly, type OpenedProgram, openProgram } from "../../src/runner/open-program.ts";
import { spawnFailure } from "../../src/runner/program.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { launchOf, modeAfterPlan } from "./arguments.ts";
import { complete } from "./complete.ts";
import { Dialogue } from "./dialogue.ts";
import { installHint } from "./failure.ts";
import { lineId } from "./line-id.ts";
import type { ClaudeRunnerOptions, ClaudeSetup } from "./options.ts";
import { promptLine } from "./prompt.ts";
import { initialState, type Failure } from "./state.ts";

/** One process of the CLI for one run. */
export async function* runClaude(
  request: RunRequest,
  host: RunHost,
  setup: ClaudeSetup,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const state = initialState(request.cwd, request.resume?.value);
  const prompt = await promptLine({ text: request.prompt, attachments: request.attachments, uuid: lineId(undefined) });
  const opened = isCancelledEarly(request, host) ? { error: "cancelled" } : await start(request, host, setup);
  if ("error" in opened) {
    yield* complete(state, opened);
    return;
  }
  const { config, grants, own, patience = {} } = setup;
  const dialogue = new Dialogue({ opened, host, state, grants, modeAfterPlan: modeAfterPlan(config), patience });
  let session = request.resume?.value;
  if (session !== undefined) own.add(session);
  try {
    for await (const event of dialogue.hold(prompt)) {
      if (event.type === "started") own.add((session = event.resume.value));
      yield event;
    }
  } finally {
    await dialogue.close();
    if (session !== undefined) own.delete(session);
  }
}

async function start(
  request: RunRequest,
  host: RunHost,
  options: ClaudeRunnerOptions,
): Promise<OpenedProgram | Failure> {
  try {
    return await openProgram(launchOf(request, { ...options, env: host.env }), request, host);
  } catch (error) {
    return spawnFailure(error, `Install Claude Code: ${installHint}`);
  }
}
