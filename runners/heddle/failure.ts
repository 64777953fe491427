import { describeExit } from "../../src/runner/program.ts";
import type { ProcessExit } from "../../src/wire/subprocess.ts";
import type { ErrorEnvelope } from "./messages.ts";
import { protocolVersion } from "./requests.ts";

/** It is on no registry; packages called heddle there are other programs. */
export const installHint =
  "cargo install --locked --git https://github.com/gitschwifty/heddle --bin heddle-headless (needs Rust; or set `command` under [heddle])";

/** Why a run ends before or without a result of its own. */
export interface Failure {
  readonly error: string;
  readonly fault?: "session_not_found";
}

export const cancelled: Failure = { error: "cancelled" };

export function lostSession(session: string): Failure {
  return {
    error: `The worker of the session ${session} has ended, and nothing is known of its earlier turns. Start a new one with /new.`,
    fault: "session_not_found",
  };
}

export function foreignSession(cwd: string): Failure {
  return {
    error: `This session of Heddle works in another directory, ${cwd}. Continue it in that project, or start a new one with /new.`,
  };
}

export function versionFailure(workerVersion: string | undefined): Failure {
  const theirs = workerVersion === undefined ? "another version" : `version ${workerVersion}`;
  return {
    error:
      `This Heddle speaks ${theirs} of the headless protocol, and takopi ${protocolVersion}; they fit together when the first number is ` +
      "the same. Install a Heddle that fits, or update takopi.",
  };
}

export function silenceFailure(silenceMs: number): Failure {
  return {
    error:
      `Heddle gave no sign of life for ${Math.round(silenceMs / 1000)} s, so its worker was ended. Send the prompt again; ` +
      "if it happens often, raise heartbeat_timeout_s under [heddle].",
  };
}

export function lateStartFailure(waitedMs: number, stderr: string): Failure {
  const seconds = Math.round(waitedMs / 1000);
  return { error: `Heddle did not answer within ${seconds} s of its start.${lastWords(stderr)}` };
}

/** An error as the worker words it, on one line. */
export function errorTitle({ code, message, retryable }: ErrorEnvelope): string {
  return `${errorWords(code, message)}${retryable ? " (can be tried again)" : ""}`;
}

/** The same with what can be done about it. */
export function errorText({ code, message, retryable }: ErrorEnvelope): string {
  return [errorWords(code, message), hintFor(code, message), retryable ? "This can be tried again." : undefined]
    .filter((line) => line !== undefined)
    .join("\n");
}

/** A process that went away without a result. `complaint`: what it said last without saying of what. */
export function exitFailure(
  exit: ProcessExit,
  { stderr, complaint = "" }: { readonly stderr: string; readonly complaint?: string | undefined },
): Failure {
  const said = complaint === "" ? "" : `\n${complaint}`;
  return { error: `Heddle ended without a result (${describeExit(exit)}).${said}${lastWords(stderr)}` };
}

function errorWords(code: string, message: string): string {
  return message === "" || message === code ? code : `${code}: ${message}`;
}

function hintFor(code: string, message: string): string | undefined {
  if (/api[ _]?key/iu.test(message))
    return "Set OPENROUTER_API_KEY where the bot is started, or api_key in ~/.heddle/config.toml.";
  if (code === "loop_detected") return "The model repeated the same tool calls. Say what it should do differently.";
  if (code === "max_iterations" || /^max iterations/iu.test(message)) return "Reply to let it go on from there.";
  return undefined;
}

function lastWords(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? "" : `\n${lines.slice(-5).join("\n")}`;
}
