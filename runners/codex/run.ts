import type { TakopiEvent } from "../../src/domain/event.ts";
import type { SessionGrants } from "../../src/runner/session-grants.ts";
import { isCancelledEarly, type OpenedProgram, openProgram } from "../../src/runner/open-program.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { AppServer } from "./app-server.ts";
import { complete } from "./complete.ts";
import { listenToExec } from "./exec.ts";
import { lostSessionFailure, spawnFailure } from "./failure.ts";
import { launchAppServer, launchExec, type Launch } from "./launch.ts";
import type { Patience } from "./patience.ts";
import type { CodexRunnerOptions } from "./options.ts";
import { isSessionId } from "./session-id.ts";
import { initialState, remark, type Failure, type RunState } from "./state.ts";

/** What runs of one runner share. */
export interface CodexRunOptions extends CodexRunnerOptions {
  readonly patience: Patience;
  readonly grants: SessionGrants;
  /** The sessions whose runs go on. */
  readonly own: Set<string>;
}

/** One prompt for Codex, in the mode of the configuration. */
export async function* runCodex(
  request: RunRequest,
  host: RunHost,
  options: CodexRunOptions,
): AsyncGenerator<TakopiEvent, void, undefined> {
  let session: string | undefined;
  try {
    for await (const event of inItsMode({ ...options, request, host, options, state: begin(request, options) })) {
      if (event.type === "started") options.own.add((session = event.resume.value));
      yield event;
    }
  } finally {
    if (session !== undefined) options.own.delete(session);
  }
}

/** One run, and what it takes to start a process for it. */
interface Setup {
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly options: CodexRunnerOptions;
  readonly state: RunState;
  readonly patience: Patience;
  readonly grants: SessionGrants;
}

function begin({ cwd, resume, options }: RunRequest, { config }: CodexRunnerOptions): RunState {
  const isPlanning = config.mode === "app_server" && options.plan === true;
  return initialState({ cwd, requested: resume?.value, title: config.profile, isPlanning });
}

async function* inItsMode(setup: Setup): AsyncGenerator<TakopiEvent, void, undefined> {
  const { resume } = setup.request;
  if (resume !== undefined && !isSessionId(resume.value)) {
    yield* complete(setup.state, lostSessionFailure(resume.value));
    return;
  }
  if (setup.options.config.mode === "exec") yield* runExec(setup);
  else if (!(yield* runAppServer(setup))) yield* runWithoutAppServer(setup);
}

/** Returns false where there is no app-server. */
async function* runAppServer(setup: Setup): AsyncGenerator<TakopiEvent, boolean, undefined> {
  const { options, host, state } = setup;
  const opened = await start(setup, launchAppServer({ ...options, env: host.env }));
  if ("error" in opened) {
    yield* complete(state, opened);
    return true;
  }
  const server = new AppServer({ ...setup, opened, config: options.config });
  try {
    const isThere = yield* server.hold();
    // What runs in its place has no record: nobody may take it for that.
    if (!isThere) opened.giveUp();
    return isThere;
  } finally {
    await server.close();
  }
}

async function* runWithoutAppServer(setup: Setup): AsyncGenerator<TakopiEvent, void, undefined> {
  const title = "this codex has no app-server: it runs without approvals and follow-ups. Update it to have them.";
  const { state, events } = remark(setup.state, { title, level: "info" });
  yield* events;
  const { record: _ofTheAppServer, ...request } = setup.request;
  yield* runExec({ ...setup, request, state });
}

async function* runExec(setup: Setup): AsyncGenerator<TakopiEvent, void, undefined> {
  const { request, options, host, state } = setup;
  const opened = await start(setup, launchExec(request, { ...options, env: host.env }));
  if ("error" in opened) yield* complete(state, opened);
  else yield* listenToExec({ ...setup, opened });
}

async function start({ request, host }: Setup, launch: Launch): Promise<OpenedProgram | Failure> {
  if (isCancelledEarly(request, host)) return { error: "cancelled" };
  try {
    return await openProgram(launch, request, host);
  } catch (error) {
    return spawnFailure(error);
  }
}
