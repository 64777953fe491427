import type { JsonRpcError } from "../../src/wire/json-rpc.ts";
import { SpawnError, type ProcessExit } from "../../src/wire/subprocess.ts";
import type { TurnError } from "./messages.ts";
import type { Failure } from "./state.ts";

export const installHint = "npm install -g @openai/codex";

/** The first two are said of an unknown id, the third of what can't be an id. */
const lostSession = /no rollout found for thread|thread not found|invalid (?:session|thread) id/iu;

/** A session that can't be continued, because it is gone or never was one. */
export function lostSessionFailure(session: string): Failure {
  return {
    error: `codex no longer has the session ${session}. Start a new one with /new.`,
    fault: "session_not_found",
  };
}

/** One process at a time writes to a session; those of terminals are in a background server, for a minute longer than these (0.169.0). */
const heldSession = /already has an active writer/iu;

const heldFailure: Failure = {
  error:
    "This session is open in another codex, in a terminal or an editor. Close it there and send the prompt again: codex lets go of it " +
    "about a minute later. Or start a new one with /new.",
};

/** A program that could not be started. */
export function spawnFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof SpawnError && error.reason === "not_found";
  return { error: isMissing ? `${message}\nInstall Codex: ${installHint}` : message };
}

/** What went wrong in a turn, in words for people. */
export function turnError({ message, detail, cause }: TurnError): string {
  const said = [message.trim(), detail?.trim() ?? ""].filter((part) => part !== "");
  const words = said[1] !== undefined && said[0]?.includes(said[1]) === true ? said.slice(0, 1) : said;
  const text = words.join("\n") || "codex failed without saying why.";
  const hint = hintFor(text, cause);
  return hint === undefined ? text : `${text}\n${hint}`;
}

function hintFor(text: string, cause: string | undefined): string | undefined {
  if (text.startsWith("Missing environment variable"))
    return "Set it where the bot is started. Takopi passes on OPENAI_*, CODEX_* and the keys of common providers.";
  if (cause === "unauthorized" || /\b401 Unauthorized\b|not logged in/iu.test(text))
    return "Run `codex login` in a terminal on the bot's machine, or check the API key.";
  return undefined;
}

/** An error answer of the app-server. */
export function answerFailure(error: JsonRpcError, session: string | undefined): Failure {
  if (session !== undefined && lostSession.test(error.message)) return lostSessionFailure(session);
  if (heldSession.test(error.message)) return heldFailure;
  return { error: `codex refused the request: ${error.message}` };
}

/** A process that went away without a result. `stderr` is the end of what it said there. */
export function exitFailure(exit: ProcessExit, stderr: string, session?: string): Failure {
  if (session !== undefined && lostSession.test(stderr)) return lostSessionFailure(session);
  if (session !== undefined && heldSession.test(stderr)) return heldFailure;
  const ending = exit.kind === "exited" ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const said = complaintsOf(stderr).slice(-5).join("\n");
  return { error: `codex ended without a result (${ending}).${said === "" ? "" : `\n${said}`}` };
}

/** A command line that an older codex does not understand: it has no app-server, or takes the word for a prompt to its terminal. */
export function isWithoutAppServer(stderr: string): boolean {
  return /unrecognized subcommand|unexpected argument 'app-server'|is not a terminal/iu.test(stderr);
}

/** Its own log, the backtrace behind an error, and what it says on every start are of no use to people. */
function complaintsOf(stderr: string): readonly string[] {
  // eslint-disable-next-line no-control-regex -- colours
  const plain = stderr.replace(/\u001b\[[\d;]*m/gu, "").replace(/\n*Stack backtrace:[^]*$/u, "");
  return plain.split("\n").filter((line) => line.trim() !== "" && !/bubblewrap|^Reading .* from stdin/u.test(line));
}
