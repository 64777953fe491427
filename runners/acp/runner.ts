import type { EngineId, TakopiEvent } from "../../src/domain/event.ts";
import type { Capabilities, Runner, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { complete } from "./complete.ts";
import type { AcpConfig } from "./config.ts";
import { Dialogue, type Patience } from "./dialogue.ts";
import { explainSpawn } from "./explain.ts";
import { SessionGrants } from "../../src/runner/session-grants.ts";
import { knownAgent, type KnownAgent } from "./known-agents.ts";
import { launchOf } from "./launch.ts";
import { listSessions } from "./list-sessions.ts";
import { resumeCodecOf } from "./resume.ts";
import { initialState, type Failure } from "./state.ts";

export interface AcpRunnerOptions {
  readonly engine: EngineId;
  readonly config: AcpConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}

/** An agent that speaks the Agent Client Protocol, one process per run. */
export function createAcpRunner(options: AcpRunnerOptions): Runner {
  const { engine, config } = options;
  const known = knownAgent(engine, config.command);
  const capabilities = capabilitiesOf(known);
  const grants = new SessionGrants();
  return {
    engine,
    capabilities,
    ...(capabilities.sessions && { listSessions: (cwd, host) => listSessions(cwd, host, { ...options, known }) }),
    ...resumeCodecOf(engine, { known, template: config.resume_line }),
    run: (request, host) => runAgent(request, host, { ...options, known, grants }),
  };
}

/**
 * What an agent can do is known for sure only once it runs; these are what the protocol has, and what was measured. An agent nobody
 * asked counts as one that lists its sessions: it names none if it turns out that it does not.
 */
function capabilitiesOf(known: KnownAgent | undefined): Capabilities {
  const quirks = known?.quirks ?? {};
  return {
    approvals: true,
    questions: quirks.questions === true,
    plans: quirks.plans !== undefined,
    steer: false,
    interrupt: true,
    images: quirks.dropsImages !== true,
    model: true,
    effort: quirks.effort ?? [],
    sessions: known?.sessions ?? true,
    fork: false,
  };
}

interface KnownOptions extends AcpRunnerOptions {
  readonly known: KnownAgent | undefined;
  readonly grants: SessionGrants;
}

async function* runAgent(
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
  const child = host.signal.aborted ? { error: "cancelled" } : await start(request, host, options);
  if ("error" in child) {
    yield* complete(state, { kind: "failed", ...child });
    return;
  }
  const dialogue = new Dialogue({ child, host, request, state, config, known, patience, grants });
  try {
    yield* dialogue.hold();
  } finally {
    await dialogue.close();
  }
}

async function start(request: RunRequest, host: RunHost, options: KnownOptions): Promise<Subprocess | Failure> {
  const launch = launchOf({ ...options, env: host.env });
  try {
    const child = await startSubprocess({ ...launch, cwd: request.cwd, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    return explainSpawn(error, options);
  }
}
