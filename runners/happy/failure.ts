import type { TurnOutcome } from "./client/turn-verdict.ts";
import {
  AuthenticationError,
  ConnectionError,
  EncryptionError,
  MachineOfflineError,
  SessionNotFound,
  SpawnError,
} from "./client/errors.ts";
import type { HappyConfig } from "./config.ts";
import type { Failure } from "./state.ts";

/** Who failed, for people. */
export interface Who {
  readonly engine: string;
  readonly agent: string;
  /** The machine's host name, or what the table calls it. */
  readonly machine: string;
}

export function whoOf(engine: string, { agent, machine }: HappyConfig): Who {
  return { engine, agent, machine };
}

/** The table that says where the machine is. */
function tableOf(engine: string): string {
  return engine === "happy" ? "[happy]" : `[engines.${engine}]`;
}

/** Why a run could not be begun, or the server not be reached. */
export function explainError(error: unknown, { engine, machine }: Who): Failure {
  const words = sentence(error instanceof Error ? error.message : String(error));
  if (error instanceof AuthenticationError)
    return {
      error: `${words}\nCredentials are set under ${tableOf(engine)}: secret, or credentials with the path of a key file.`,
    };
  if (error instanceof MachineOfflineError)
    return { error: `${words}\nIs ${machine} on, and does \`happy daemon status\` there say that it runs?` };
  if (error instanceof ConnectionError)
    return { error: `${words}\nCheck server_url under ${tableOf(engine)}, and whether the server is up.` };
  if (error instanceof SpawnError) return { error: `${words}${directoryHint(words, engine)}` };
  if (error instanceof EncryptionError) return { error: words };
  return { error: `Happy failed: ${words}` };
}

function directoryHint(words: string, engine: string): string {
  return /does not exist on the machine/u.test(words)
    ? `\nWith create_dir = true under ${tableOf(engine)} it is made.`
    : "";
}

/** The failure to resume. */
export function explainLost(error: unknown, who: Who): Failure {
  if (error instanceof SessionNotFound) return { error: sentence(error.message), fault: "session_not_found" };
  return explainError(error, who);
}

/** The prompt was sent, and nobody said that it has arrived. */
export function explainSend(error: unknown, who: Who): Failure {
  const { error: words } = explainError(error, who);
  return { error: `${words}\nThe prompt may have arrived all the same: look at the session before you send it again.` };
}

/** What a turn that did not end well is explained with. */
export interface Explained extends Who {
  /** What the program said last of itself. */
  readonly complaint: string | undefined;
  /** `timeout_s` of the table. */
  readonly timeoutS: number | undefined;
}

/** Why a turn did not end well; undefined when it did. */
export function explainOutcome({ status, notice }: TurnOutcome, who: Explained): string | undefined {
  if (status === "completed") return undefined;
  if (status === "failed") return failedText(who, who.complaint ?? notice);
  return texts[status](who);
}

function failedText({ agent, machine }: Explained, complaint: string | undefined): string {
  const name = `${agent} on ${machine}`;
  return complaint === undefined
    ? `${name} failed without saying why. Look at the session in the Happy app.`
    : `${name} reports an error: ${complaint}`;
}

const texts: Readonly<Record<Exclude<TurnOutcome["status"], "completed" | "failed">, (who: Explained) => string>> = {
  cancelled: ({ agent, machine }) =>
    `${agent} on ${machine} was interrupted before it had finished, in the Happy app or in its terminal.`,
  stopped: ({ agent, machine }) =>
    `The session on ${machine} was ended before ${agent} had answered. Send a message to start it again.`,
  deleted: ({ agent, machine }) =>
    `The session on ${machine} was deleted before ${agent} had answered. Start a new one with /new.`,
  unreachable: ({ agent, machine }) =>
    `${machine} went offline before ${agent} had answered; what it had begun may have stopped half-way.\n` +
    `When \`happy daemon status\` there says that it runs, send a message to continue this session.`,
  disconnected: ({ agent, machine }) =>
    `The connection to the Happy server was lost. ${agent} on ${machine} may go on working: send a message when the server is back.`,
  unheard: ({ agent, machine }) =>
    `${agent} on ${machine} did not react to the prompt. Look at the session in the Happy app, or start a new one with /new.`,
  timeout: ({ agent, machine, engine, timeoutS }) =>
    `${agent} on ${machine} took longer than ${timeoutS ?? "?"} s and was stopped. Raise timeout_s under ${tableOf(engine)}.`,
};

/** An error of the model's service comes as an answer: "API Error: 400 …". */
export function apiErrorIn(answer: string): string | undefined {
  return /^API Error: \d{3}\b/u.test(answer) ? answer : undefined;
}

function sentence(words: string): string {
  const capital = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  return /[.!?]$/u.test(capital) ? capital : `${capital}.`;
}
