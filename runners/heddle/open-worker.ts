import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { cancelled, errorText, exitFailure, lateStartFailure, versionFailure, type Failure } from "./failure.ts";
import { launch, type LaunchOptions } from "./launch.ts";
import type { ErrorEnvelope, WorkerMessage } from "./messages.ts";
import type { Patience } from "./patience.ts";
import { initRequest, protocolVersion, type InitConfig } from "./requests.ts";
import { Worker, type Answer } from "./worker.ts";

export interface Opening extends LaunchOptions {
  readonly request: RunRequest;
  readonly host: RunHost;
  readonly model: string;
  readonly patience: Patience;
}

/** A worker whose session has begun. `session`: what the worker calls it. */
export interface OpenedWorker {
  readonly worker: Worker;
  readonly session: string;
}

/** Starts a worker and begins a session in it. One that can't is ended. */
export async function openWorker(opening: Opening): Promise<OpenedWorker | Failure> {
  const { request, host, model, patience } = opening;
  if (host.signal.aborted) return cancelled;
  const child = await launch(request, host, opening);
  if ("error" in child) return child;
  const { runId, cwd } = request;
  const worker = new Worker({ child, runId, cwd, model, silenceMs: silenceMsOf(opening), patience });
  const answer = await worker.ask(initRequest(initConfig(opening)), patience.initMs, host.signal);
  const session =
    answer.kind === "message" ? sessionOf(answer.message) : await startFailure(answer.kind, opening, worker);
  if (typeof session === "string") return { worker, session };
  await worker.end();
  return session;
}

export function initConfig({ config, request, model }: Pick<Opening, "config" | "request" | "model">): InitConfig {
  const { system_prompt, tools, max_iterations, task_id, worker_id } = config;
  return {
    model,
    system_prompt,
    tools,
    ...(max_iterations === undefined ? {} : { max_iterations }),
    task_id: task_id ?? `takopi-${request.runId}`,
    worker_id: worker_id ?? `takopi-worker-${request.runId}`,
  };
}

/** What the answer to `init` means: the session, or why there is none. A refusal comes as `init_ok`, or as a `result` (0.2.0). */
export function sessionOf(message: WorkerMessage): string | Failure {
  if (message.type === "result") return refusal(message.error, undefined);
  if (message.type !== "init_ok") return { error: "Heddle did not say which session it began. Update it." };
  if (message.error !== undefined) return refusal(message.error, message.version);
  if (message.version !== undefined && majorOf(message.version) !== majorOf(protocolVersion))
    return versionFailure(message.version);
  return message.sessionId === "" ? { error: "Heddle began a session without an id. Update it." } : message.sessionId;
}

function refusal(error: ErrorEnvelope | undefined, version: string | undefined): Failure {
  if (error?.code === "protocol_version_mismatch") return versionFailure(version);
  const why = error === undefined ? "it did not say why." : errorText(error);
  return { error: `Heddle can't begin a session: ${why}` };
}

function majorOf(version: string): string | undefined {
  return version.split(".")[0];
}

async function startFailure(
  kind: Exclude<Answer["kind"], "message">,
  { host, patience }: Opening,
  worker: Worker,
): Promise<Failure> {
  switch (kind) {
    case "aborted":
      return cancelled;
    case "late":
      return lateStartFailure(patience.initMs, worker.stderrTail());
    case "ended": {
      const exit = await worker.exited;
      return host.signal.aborted ? cancelled : exitFailure(exit, { stderr: worker.stderrTail() });
    }
  }
}

/** Never so short that a few of the worker's own beats could be missed. */
function silenceMsOf({ config, host }: Opening): number {
  const beatMs = Number(host.env["HEDDLE_HEARTBEAT_INTERVAL"]) || 5_000;
  return Math.max(config.heartbeat_timeout_s * 1000, 4 * beatMs);
}
