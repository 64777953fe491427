import { JsonRpcError, type JsonRpcPeer, JsonRpcTooLateError } from "../../src/wire/json-rpc.ts";
import type { Agent } from "./agent.ts";
import { explainError, explainLostSession, methodNotFound, wordsOf, type FailureContext } from "./failure.ts";
import { isFields, listAt, textAt, type Fields } from "../../src/runner/fields.ts";
import { withLogin } from "./login.ts";
import { settingCall, type SettingName } from "./settings.ts";
import type { Failure } from "./state.ts";

/** A session that can take a prompt. */
export interface Session {
  readonly id: string;
  /** What it was opened with: its modes, models and options. */
  readonly fields: Fields;
  /** Its history is being told, and may still be when it is open (Gemini 0.61). */
  readonly isReplayed: boolean;
}

export interface OpenOptions {
  readonly peer: Pick<JsonRpcPeer, "request">;
  readonly agent: Agent;
  readonly cwd: string;
  readonly resume: string | undefined;
  readonly authMethod: string | undefined;
  readonly context: FailureContext;
}

/** Opens a new session or the one to be resumed. */
export async function openSession(options: OpenOptions): Promise<Session | Failure> {
  try {
    return await withLogin(options, async () => await open(options));
  } catch (error) {
    if (!(error instanceof JsonRpcError)) throw error;
    return explainOpening(error, options);
  }
}

async function open(options: OpenOptions): Promise<Session | Failure> {
  const { peer, cwd, resume, context } = options;
  if (resume !== undefined) return await reopen(options, resume);
  const fields = resultOf(await peer.request("session/new", { cwd, mcpServers: [] }));
  const id = textAt(fields, "sessionId");
  if (id === undefined) return { error: `${context.engine} opened a session without an id.` };
  return { id, fields, isReplayed: false };
}

async function reopen(options: OpenOptions, id: string): Promise<Session | Failure> {
  const { peer, agent, cwd, context } = options;
  const params = { sessionId: id, cwd, mcpServers: [] };
  const resumed = agent.canResume ? await unlessUnknown(peer.request("session/resume", params)) : undefined;
  const loaded =
    resumed === undefined && agent.canLoad ? await unlessUnknown(peer.request("session/load", params)) : undefined;
  const answer = resumed ?? loaded;
  if (answer === undefined)
    return { error: `${context.engine} can't continue sessions over this protocol.`, fault: "session_not_found" };
  const fields = resultOf(answer.result);
  const given = textAt(fields, "sessionId") ?? id;
  if (given !== id)
    return { error: `${context.engine} opened session ${given} instead of ${id}. Start a new session with /new.` };
  return { id, fields, isReplayed: loaded !== undefined };
}

/** Undefined when the agent does not have the method after all. */
async function unlessUnknown(request: Promise<unknown>): Promise<{ readonly result: unknown } | undefined> {
  try {
    return { result: await request };
  } catch (error) {
    if (error instanceof JsonRpcError && error.code === methodNotFound) return undefined;
    throw error;
  }
}

function explainOpening(error: JsonRpcError, { resume, context }: OpenOptions): Failure {
  return resume === undefined ? explainError(error, context) : explainLostSession(error, context);
}

function resultOf(result: unknown): Fields {
  return isFields(result) ? result : {};
}

/** What is to be chosen; nothing where the value is absent. */
export type Wish = readonly [SettingName, string | undefined];

export interface SettingOptions extends Pick<OpenOptions, "peer" | "context"> {
  /** Whether the agent has its prompt, so that the run goes on with the settings it began with, whatever is wished for by now. */
  readonly isPrompted: boolean;
}

/** Makes the settings of a session, in this order: a model decides which efforts there are. A setting that can't be made fails the run: another mode may allow what this one would not. */
export async function applySettings(
  session: Session,
  wishes: readonly Wish[],
  { peer, context, isPrompted }: SettingOptions,
): Promise<Session | Failure> {
  let { fields } = session;
  for (const [name, wish] of wishes) {
    if (wish === undefined) continue;
    const call = settingCall(fields, name, wish);
    if (call.kind === "set" || (call.kind === "missing" && isPrompted)) continue;
    if (call.kind === "missing")
      return {
        error: `${context.engine} does not let its ${name} be chosen. Remove the ${name}, and set it in its own configuration.`,
      };
    try {
      const result = resultOf(await peer.request(call.method, { sessionId: session.id, ...call.params }));
      if (listAt(result, "configOptions").length > 0) fields = { ...fields, configOptions: result["configOptions"] };
    } catch (error) {
      if (error instanceof JsonRpcTooLateError) continue;
      if (!(error instanceof JsonRpcError)) throw error;
      return refusedSetting({ engine: context.engine, name, wish, words: wordsOf(error), allowed: call.allowed });
    }
  }
  return { ...session, fields };
}

interface RefusedSetting {
  readonly engine: string;
  readonly name: SettingName;
  readonly wish: string;
  readonly words: string;
  readonly allowed: readonly string[];
}

const maxNamed = 20;

function refusedSetting({ engine, name, wish, words, allowed }: RefusedSetting): Failure {
  const more = allowed.length > maxNamed ? `, and ${allowed.length - maxNamed} more` : "";
  const has = allowed.length === 0 ? "" : `\nIt has: ${allowed.slice(0, maxNamed).join(", ")}${more}.`;
  return { error: `${engine} did not take the ${name} "${wish}": ${words}${has}` };
}
