import type { TakopiEvent } from "../../src/domain/event.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, ResumeCodec, Runner, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { AppServer } from "./app-server.ts";
import { complete } from "./complete.ts";
import type { CodexConfig } from "./config.ts";
import { listenToExec } from "./exec.ts";
import { lostSessionFailure, spawnFailure } from "./failure.ts";
import { SessionGrants } from "../../src/runner/session-grants.ts";
import { launchAppServer, launchExec, type Launch } from "./launch.ts";
import { listSessions } from "./list-sessions.ts";
import { defaultPatience, type Patience } from "./patience.ts";
import { engine, initialState, remark, type Failure, type RunState } from "./state.ts";

export interface CodexRunnerOptions {
  readonly config: CodexConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}

const execCapabilities: Capabilities = {
  approvals: false,
  questions: false,
  plans: false,
  steer: false,
  interrupt: false,
  images: true,
  model: true,
  effort: ["minimal", "low", "medium", "high", "xhigh"],
  sessions: true,
  fork: false,
};

const capabilities: Readonly<Record<CodexConfig["mode"], Capabilities>> = {
  exec: execCapabilities,
  app_server: { ...execCapabilities, approvals: true, questions: true, plans: true, steer: true, interrupt: true },
};

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u;

const resumeCodec: ResumeCodec = createResumeCodec({
  engine,
  print: (value) => `codex resume ${value}`,
  pattern: new RegExp(`codex\\s+resume\\s+(?<token>${uuid.source})`, "u"),
});

/** Codex's CLI, one process per run. */
export function createCodexRunner(options: CodexRunnerOptions): Runner {
  const patience = { ...defaultPatience, ...options.patience };
  const grants = new SessionGrants();
  const own = new Set<string>();
  return {
    engine,
    capabilities: capabilities[options.config.mode],
    ...resumeCodec,
    run: (request, host) =>
      noted(own, runCodex({ request, host, options, patience, grants, state: begin(request, options) })),
    listSessions: async (cwd, host) => await listSessions({ ...options, cwd, host, patience, own }),
  };
}

/** Keeps the sessions whose runs go on in `own`. */
async function* noted(
  own: Set<string>,
  events: AsyncIterable<TakopiEvent>,
): AsyncGenerator<TakopiEvent, void, undefined> {
  let session: string | undefined;
  try {
    for await (const event of events) {
      if (event.type === "started") own.add((session = event.resume.value));
      yield event;
    }
  } finally {
    if (session !== undefined) own.delete(session);
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

async function* runCodex(setup: Setup): AsyncGenerator<TakopiEvent, void, undefined> {
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
  const child = await start(setup, launchAppServer({ ...options, env: host.env }));
  if ("error" in child) {
    yield* complete(state, child);
    return true;
  }
  const server = new AppServer({ ...setup, child, config: options.config });
  try {
    return yield* server.hold();
  } finally {
    await server.close();
  }
}

async function* runWithoutAppServer(setup: Setup): AsyncGenerator<TakopiEvent, void, undefined> {
  const title = "this codex has no app-server: it runs without approvals and follow-ups. Update it to have them.";
  const { state, events } = remark(setup.state, { title, level: "info" });
  yield* events;
  yield* runExec({ ...setup, state });
}

async function* runExec(setup: Setup): AsyncGenerator<TakopiEvent, void, undefined> {
  const { request, options, host, state } = setup;
  const child = await start(setup, launchExec(request, { ...options, env: host.env }));
  if ("error" in child) yield* complete(state, child);
  else yield* listenToExec({ ...setup, child });
}

async function start({ request, host }: Setup, launch: Launch): Promise<Subprocess | Failure> {
  if (host.signal.aborted) return { error: "cancelled" };
  try {
    const child = await startSubprocess({ ...launch, cwd: request.cwd, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    return spawnFailure(error);
  }
}

/** Codex takes a session's name, too, and begins a new session when it does not know it: only ids are safe. */
function isSessionId(value: string): boolean {
  return new RegExp(`^${uuid.source}$`, "iu").test(value);
}
