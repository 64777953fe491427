import type { TakopiEvent } from "../../src/domain/event.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, ResumeCodec, Runner, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { type OpenedProgram, openProgram } from "../../src/runner/open-program.ts";
import { SpawnError } from "../../src/wire/subprocess.ts";
import { launchOf, modeAfterPlan } from "./arguments.ts";
import { complete } from "./complete.ts";
import type { ClaudeConfig } from "./config.ts";
import { Dialogue, type Patience } from "./dialogue.ts";
import { installHint } from "./failure.ts";
import { SessionGrants } from "../../src/runner/session-grants.ts";
import { listSessions } from "./list-sessions.ts";
import { lineId } from "./line-id.ts";
import { promptLine } from "./prompt.ts";
import { engine, initialState, type Failure } from "./state.ts";

export interface ClaudeRunnerOptions {
  readonly config: ClaudeConfig;
  /** Directory that a relative `command` of the config is relative to. */
  readonly configDir: string;
  readonly patience?: Partial<Patience>;
}

const capabilities: Capabilities = {
  approvals: true,
  questions: true,
  plans: true,
  steer: true,
  interrupt: true,
  images: true,
  model: true,
  effort: ["low", "medium", "high", "xhigh", "max"],
  sessions: true,
  fork: false,
  survives: true,
};

const resumeCodec: ResumeCodec = createResumeCodec({
  engine,
  print: (value) => `claude --resume ${value}`,
  pattern: /claude\s+(?:--resume|-r)(?:\s+|=)(?<token>[^`\s]+)/u,
});

/** Claude Code's CLI, one process per run. */
export function createClaudeRunner(options: ClaudeRunnerOptions): Runner {
  const setup: Setup = { ...options, grants: new SessionGrants(), own: new Set() };
  return {
    engine,
    capabilities,
    ...resumeCodec,
    run: (request, host) => runClaude(request, host, setup),
    listSessions: (cwd, host) => listSessions({ cwd, host, own: setup.own }),
  };
}

interface Setup extends ClaudeRunnerOptions {
  readonly grants: SessionGrants;
  /** Sessions of the runs that are going on; a session has one at a time. */
  readonly own: Set<string>;
}

async function* runClaude(
  request: RunRequest,
  host: RunHost,
  setup: Setup,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const state = initialState(request.cwd, request.resume?.value);
  const prompt = await promptLine({ text: request.prompt, attachments: request.attachments, uuid: lineId(undefined) });
  const opened = host.signal.aborted ? { error: "cancelled" } : await start(request, host, setup);
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
    return spawnFailure(error);
  }
}

function spawnFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof SpawnError && error.reason === "not_found";
  return { error: isMissing ? `${message}\nInstall Claude Code: ${installHint}` : message };
}
