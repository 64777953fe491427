import type { TakopiEvent } from "../../src/domain/event.ts";
import { createResumeCodec } from "../../src/runner/resume-line.ts";
import type { Capabilities, ResumeCodec, Runner, RunHost, RunRequest } from "../../src/runner/runner.ts";
import { SpawnError, startSubprocess, type Subprocess } from "../../src/wire/subprocess.ts";
import { launchOf } from "./arguments.ts";
import { complete } from "./complete.ts";
import type { ClaudeConfig } from "./config.ts";
import { Dialogue, type Patience } from "./dialogue.ts";
import { installHint } from "./failure.ts";
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
  sessions: false,
  fork: false,
};

const resumeCodec: ResumeCodec = createResumeCodec({
  engine,
  print: (value) => `claude --resume ${value}`,
  pattern: /claude\s+(?:--resume|-r)(?:\s+|=)(?<token>[^`\s]+)/u,
});

/** Claude Code's CLI, one process per run. */
export function createClaudeRunner(options: ClaudeRunnerOptions): Runner {
  return { engine, capabilities, ...resumeCodec, run: (request, host) => runClaude(request, host, options) };
}

async function* runClaude(
  request: RunRequest,
  host: RunHost,
  options: ClaudeRunnerOptions,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const state = initialState(request.cwd, request.resume?.value);
  const uuid = crypto.randomUUID();
  const prompt = await promptLine({ text: request.prompt, attachments: request.attachments, uuid });
  const child = host.signal.aborted ? { error: "cancelled" } : await start(request, host, options);
  if ("error" in child) {
    yield* complete(state, child);
    return;
  }
  const dialogue = new Dialogue({ child, host, state, patience: options.patience ?? {} });
  try {
    yield* dialogue.hold(prompt);
  } finally {
    await dialogue.close();
  }
}

async function start(request: RunRequest, host: RunHost, options: ClaudeRunnerOptions): Promise<Subprocess | Failure> {
  const launch = launchOf(request, { ...options, env: host.env });
  try {
    const child = await startSubprocess({ ...launch, cwd: request.cwd, runId: request.runId });
    host.processStarted(child.identity);
    return child;
  } catch (error) {
    return spawnFailure(error);
  }
}

function spawnFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof SpawnError && error.reason === "not_found";
  return { error: isMissing ? `${message}\nInstall Claude Code: ${installHint}` : message };
}
