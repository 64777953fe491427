import { describeExit } from "../../src/runner/program.ts";
import type { ProcessExit } from "../../src/wire/subprocess.ts";
import type { EngineError } from "./events.ts";
import type { Failure } from "./state.ts";

export const installHint = "npm install -g opencode-ai";

/** What went wrong in a run, in words for people. */
export function errorText({ name, message, status }: EngineError): string {
  // The message may carry a stack trace.
  const said = message.split("\n    at ")[0]?.trim() ?? "";
  if (name === "MessageAbortedError") return "opencode was interrupted before it had finished.";
  const words = said === "" ? `opencode failed (${name}).` : said;
  const cause = status === undefined || words.includes(String(status)) ? words : `${words} (API error ${status})`;
  return `${cause}${hintFor({ name, message, status })}`;
}

function hintFor({ name, message, status }: EngineError): string {
  if (name === "ProviderAuthError" || status === 401 || status === 403)
    return "\nRun `opencode auth login` on the bot's machine to log in.";
  return /^(?:ProviderModelNotFoundError|Model not found)/u.test(message)
    ? "\nRun `opencode models` to see the models there are."
    : "";
}

/** The failure to resume. */
export function lostSession(session: string): Failure {
  return { error: `opencode no longer has the session ${session}.`, fault: "session_not_found" };
}

/** A process that went away without a result. `stderr` is the end of what it said there. */
export function exitFailure(exit: ProcessExit, stderr: string, requested?: string): Failure {
  const lines = withoutColours(stderr)
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("Warning: OPENCODE_SERVER_PASSWORD"));
  if (requested !== undefined && lines.some((line) => /Session not found/iu.test(line))) return lostSession(requested);
  const refused = lines.map((line) => /^! permission requested: (.+); auto-rejecting/u.exec(line)?.[1]).find(Boolean);
  if (refused !== undefined) return { error: refusedText(refused) };
  const said = lines.slice(-5).join("\n");
  return { error: `opencode ended without a result (${describeExit(exit)}).${said === "" ? "" : `\n${said}`}` };
}

function refusedText(permission: string): string {
  return (
    `opencode needed a permission that can't be asked for with mode = "run", and stopped: ${permission}\n` +
    'Set mode = "serve" under [opencode], or allow it in opencode\'s own config.'
  );
}

function withoutColours(text: string): string {
  // eslint-disable-next-line no-control-regex -- the escape character is what begins a colour
  return text.replace(/\u001B\[[\d;]*m/gu, "");
}
