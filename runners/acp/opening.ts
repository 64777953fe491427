import { setTimeout as delay } from "node:timers/promises";
import type { StartedEvent } from "../../src/domain/event.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import type { JsonRpcPast } from "../../src/wire/json-rpc-past.ts";
import { decodeAgent, greeting, protocolVersion, type Agent } from "./agent.ts";
import type { AcpConfig } from "./config.ts";
import { inTime } from "./deadline.ts";
import type { FailureContext } from "./failure.ts";
import { applySettings, openSession, type Session, type Wish } from "./open-session.ts";
import { modeWishes, planProblem } from "./plan-mode.ts";
import { currentSetting } from "./settings.ts";
import type { Failure } from "./state.ts";

export interface OpeningOptions {
  readonly peer: JsonRpcPeer;
  readonly past: JsonRpcPast;
  readonly request: RunRequest;
  readonly config: AcpConfig;
  readonly context: FailureContext;
  /** How long nothing must come before the history of a loaded session counts as told; at most ten times as long. */
  readonly quietMs: number;
  /** How many updates have come so far. */
  readonly updates: () => number;
  /** The session is open, though its settings are not made yet. */
  readonly onSession: (event: StartedEvent) => void;
}

/** An agent that waits for its prompt. */
export interface Opened {
  readonly agent: Agent;
  readonly session: Session;
}

/** Greets the agent and opens the session: everything before the prompt. */
export async function openAgent(options: OpeningOptions): Promise<Opened | Failure> {
  const { peer, request, config } = options;
  const { engine } = options.context;
  const seconds = config.start_timeout_s;
  const agent = await greet(options);
  if ("error" in agent) return agent;
  const context = { ...options.context, authMethods: agent.authMethods };
  const { cwd, resume } = request;
  const opening = openSession({ peer, agent, cwd, resume: resume?.value, authMethod: config.auth_method, context });
  const session = await inTime(opening, seconds, "open a session");
  if ("error" in session) return session;
  options.onSession(startedEvent(engine, agent, session));
  if (session.isReplayed) await historyTold(options);
  const settled = await inTime(settle(session, { ...options, context }), seconds, "take its settings");
  return "error" in settled ? settled : { agent, session: settled };
}

export interface GreetingOptions {
  readonly peer: Pick<JsonRpcPeer, "request">;
  readonly config: Pick<AcpConfig, "start_timeout_s">;
  readonly context: Pick<FailureContext, "engine">;
}

/** Learns who the agent is. */
export async function greet({ peer, config, context }: GreetingOptions): Promise<Agent | Failure> {
  const agent = decodeAgent(await inTime(peer.request("initialize", greeting), config.start_timeout_s, "start"));
  return agent.version === protocolVersion ? agent : wrongVersion(context.engine, agent);
}

async function settle(session: Session, options: OpeningOptions): Promise<Session | Failure> {
  const { request, config, context, past } = options;
  const planning = { plans: context.known?.quirks?.plans, fields: session.fields };
  const { mode, collaboration } = modeWishes(request, config, planning);
  const wishes: readonly Wish[] = [
    mode,
    ["model", request.options.model ?? config.model],
    ["effort", request.options.effort ?? config.effort],
    // Last, because Codex keeps the model with it (2.6).
    collaboration,
  ];
  const isPrompted = past.next("session/prompt") !== undefined;
  const problem = isPrompted ? undefined : planProblem(context.engine, request, planning);
  return problem ?? (await applySettings(session, wishes, { ...options, isPrompted }));
}

function startedEvent(engine: string, agent: Agent, { id, fields }: Session): StartedEvent {
  const model = currentSetting(fields, "model");
  const meta = { agent: agent.title, version: agent.release, model, mode: currentSetting(fields, "mode") };
  const title = agent.title ?? model;
  return {
    type: "started",
    engine,
    resume: { engine, value: id },
    ...(title === undefined ? {} : { title }),
    meta: Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined)),
  };
}

/** A prompt that came among the history would get old answers into the new one. */
async function historyTold({ past, quietMs, updates }: OpeningOptions): Promise<void> {
  // What was told behind the history was told when it was complete.
  await past.reached();
  if (!past.isOver) return;
  for (let round = 0, seen = -1; round < 10 && seen !== updates(); round += 1) {
    seen = updates();
    await delay(quietMs, undefined, { ref: false });
  }
}

function wrongVersion(engine: string, { version }: Agent): Failure {
  const words = `speaks version ${version} of the Agent Client Protocol; only version ${protocolVersion} is understood here`;
  return { error: `${engine} ${words}.` };
}
