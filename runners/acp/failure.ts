import type { ProcessExit } from "../../src/wire/subprocess.ts";
import type { JsonRpcError } from "../../src/wire/json-rpc.ts";
import { isFields, textAt, type Fields } from "../../src/runner/fields.ts";
import type { KnownAgent } from "./known-agents.ts";
import type { Failure } from "./state.ts";

/** -32000: the agent wants to be logged in first. -32002: it has no such session. */
export const authRequired = -32_000;
const notFound = -32_002;
export const methodNotFound = -32_601;

/** Who failed. */
export interface FailureContext {
  readonly engine: string;
  readonly known: KnownAgent | undefined;
  /** The ways to log in that the agent named. */
  readonly authMethods: readonly Fields[];
}

/** An error the agent answered with, in words for people. */
export function explainError(error: JsonRpcError, context: FailureContext): Failure {
  if (error.code === authRequired) return { error: loginHint(error, context) };
  return { error: `${context.engine} reports an error: ${wordsOf(error)}` };
}

/** The error of `session/load` and `session/resume`. */
export function explainLostSession(error: JsonRpcError, context: FailureContext): Failure {
  if (error.code === authRequired) return explainError(error, context);
  const words = wordsOf(error);
  const isLost = error.code === notFound || saysLost(words) || context.known?.quirks?.lostSession?.test(words) === true;
  const [sentence = words] = words.split("\n");
  if (isLost) return { error: `${context.engine} no longer has this session: ${sentence}`, fault: "session_not_found" };
  return { error: `${context.engine} could not continue this session: ${sentence}\nStart a new one with /new.` };
}

function saysLost(words: string): boolean {
  return /(?:session|thread|resource).*not found|unknown session|no (?:rollout|session|conversation) found/iu.test(
    words,
  );
}

/** `message` is often no more than "Internal error", and with Gemini a JSON text (0.61). */
export function wordsOf({ message, data }: JsonRpcError): string {
  if (typeof data === "string" && data !== "") return message === "" ? data : `${message}: ${data}`;
  const fields = isFields(data) ? data : {};
  return textAt(fields, "message") ?? textAt(fields, "details") ?? messageIn(message) ?? message;
}

/** An API error that came as an answer: `Error: …`, or the JSON of the service. */
export function explainAnswer(engine: string, answer: string): Failure {
  const words = messageIn(answer) ?? answer.replace(/^Error: /u, "");
  return { error: `${engine} reports an error: ${words}` };
}

function messageIn(json: string): string | undefined {
  if (!json.startsWith("{")) return undefined;
  try {
    const fields: unknown = JSON.parse(json);
    const inner = isFields(fields) && isFields(fields["error"]) ? fields["error"] : fields;
    return isFields(inner) ? textAt(inner, "message") : undefined;
  } catch {
    return undefined; // words that only begin like JSON
  }
}

function loginHint(error: JsonRpcError, { engine, known, authMethods }: FailureContext): string {
  const words = wordsOf(error);
  const ways = authMethods.flatMap(wayToLogIn);
  const lines = [
    `${engine} is not logged in, or its key was refused${/^Authentication required$/u.test(words) ? "" : ` (${words})`}.`,
    ...(known === undefined ? [] : [`What helps: ${known.login}.`]),
    ...(ways.length === 0
      ? []
      : [`It offers: ${ways.join("; ")}. Choose one with auth_method under [engines.${engine}].`]),
  ];
  return lines.join("\n");
}

function wayToLogIn(method: Fields): readonly string[] {
  const id = textAt(method, "id");
  if (id === undefined) return [];
  const name = textAt(method, "name");
  return [name === undefined || name === id ? id : `${id} (${name})`];
}

/** A process that went away, or fell silent, without a result. `stderr` is the end of what it said there. */
export function exitFailure(engine: string, exit: ProcessExit | undefined, stderr: string): Failure {
  const how = exit === undefined ? "it closed its output" : describe(exit);
  return { error: withStderr(`${engine} ended without a result (${how}).`, stderr) };
}

export function withStderr(error: string, stderr: string): string {
  const said = stderr
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-5)
    .join("\n");
  return said === "" ? error : `${error}\n${said}`;
}

function describe(exit: ProcessExit): string {
  return exit.kind === "exited" ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}
