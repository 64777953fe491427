import { setTimeout as delay } from "node:timers/promises";
import type { StartedEvent } from "../../src/domain/event.ts";
import type { RunRequest } from "../../src/runner/runner.ts";
import type { JsonRpcPeer } from "../../src/wire/json-rpc.ts";
import { decodeAgent, greeting, protocolVersion, type Agent } from "./agent.ts";
import type { AcpConfig } from "./config.ts";
import { inTime } from "./deadline.ts";
import type { FailureContext } from "./failure.ts";
import { applySettings, openSession, type Session, type Wishes } from "./open-session.ts";
import { currentSetting } from "./settings.ts";
import type { Failure } from "./state.ts";

export interface OpeningOptions {
  readonly peer: JsonRpcPeer;
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
  const agent = decodeAgent(await inTime(peer.request("initialize", greeting), seconds, "start"));
  if (agent.version !== protocolVersion) return wrongVersion(engine, agent);
  const context = { ...options.context, authMethods: agent.authMethods };
  const { cwd, resume } = request;
  const opening = openSession({ peer, agent, cwd, resume: resume?.value, authMethod: config.auth_method, context });
  const session = await inTime(opening, seconds, "open a session");
  if ("error" in session) return session;
  options.onSession(startedEvent(engine, agent, session));
  if (session.isReplayed) await historyTold(options);
  const settled = await inTime(
    applySettings(session, wishesOf(request, config), { peer, context }),
    seconds,
    "take its settings",
  );
  return "error" in settled ? settled : { agent, session: settled };
}

function wishesOf({ options }: RunRequest, config: AcpConfig): Wishes {
  return [
    ["mode", config.mode],
    ["model", options.model ?? config.model],
    ["effort", options.effort ?? config.effort],
  ];
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
async function historyTold({ quietMs, updates }: OpeningOptions): Promise<void> {
  for (let round = 0, seen = -1; round < 10 && seen !== updates(); round += 1) {
    seen = updates();
    await delay(quietMs, undefined, { ref: false });
  }
}

function wrongVersion(engine: string, { version }: Agent): Failure {
  const words = `speaks version ${version} of the Agent Client Protocol; only version ${protocolVersion} is understood here`;
  return { error: `${engine} ${words}.` };
}
