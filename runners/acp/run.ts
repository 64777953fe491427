import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import { isCancelledEarly, type OpenedProgram, openProgram } from "../../src/runner/open-program.ts";
import { complete } from "./complete.ts";
import { Dialogue } from "./dialogue.ts";
import { explainSpawn } from "./explain.ts";
import type { KnownAgent } from "./known-agents.ts";
import { launchOf } from "./launch.ts";
import type { AcpRunnerOptions } from "./options.ts";
import { initialState, type Failure } from "./state.ts";

interface KnownOptions extends AcpRunnerOptions {
  readonly known: KnownAgent | undefined;
  readonly grants: SessionGrants;
}

/** One prompt for an agent that speaks the Agent Client Protocol. */
export async function* runAgent(
  request: RunRequest,
  host: RunHost,
  options: KnownOptions,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const { engine, config, known, grants, patience = {} } = options;
  const state = initialState({
    engine,
    cwd: request.cwd,
    quirks: known?.quirks ?? {},
    requested: request.resume?.value,
  });
  const opened = isCancelledEarly(request, host) ? { error: "cancelled" } : await start(request, host, options);
  if ("error" in opened) {
    yield* complete(state, { kind: "failed", ...opened });
    return;
  }
  const dialogue = new Dialogue({ opened, host, request, state, config, known, patience, grants });
  try {
    yield* dialogue.hold();
  } finally {
    await dialogue.close();
  }
}

async function start(request: RunRequest, host: RunHost, options: KnownOptions): Promise<OpenedProgram | Failure> {
  try {
    return await openProgram(launchOf({ ...options, env: host.env }), request, host);
  } catch (error) {
    return explainSpawn(error, options);
  }
}
