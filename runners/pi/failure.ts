import { describeExit } from "../../src/runner/program.ts";
import type { ProcessExit } from "../../src/wire/subprocess.ts";
import { fieldsAt, parseFields, textAt } from "../../src/runner/fields.ts";
import type { Failure } from "./state.ts";

export const installHint = "npm install -g @earendil-works/pi-coding-agent";

export function lostSession(session: string): Failure {
  return { error: `pi no longer has the session ${session}.`, fault: "session_not_found" };
}

/** An error as pi words it: 1.x puts the provider's whole answer, JSON, behind the status. */
export function wordedError(said: string): string {
  const { status, body = "" } = /^(?:(?<status>\d{3}):?\s+)?(?<body>\{.*\})$/su.exec(said.trim())?.groups ?? {};
  const fields = parseFields(body) ?? {};
  const message = textAt(fields, "message") ?? textAt(fieldsAt(fields, "error"), "message");
  if (message === undefined) return withLoginHint(said);
  return withLoginHint(status === undefined ? message : `${status}: ${message}`);
}

/** Pi tells people to type `/login`, which works only in its terminal, and where its documentation is. */
function withLoginHint(text: string): string {
  const at = text.search(/(?:use|run) '?\/login/iu);
  if (at === -1) return text;
  return (
    `${text.slice(0, at).trim()}\nRun \`pi\` in a terminal on the bot's machine and type /login there, or start the bot with the ` +
    "API key of the provider in its environment."
  );
}

/** A process that went away without a result. `stderr` is the end of what it said there. */
export function exitFailure(exit: ProcessExit, stderr: string): Failure {
  const unmatched = /No session found matching '(?<session>.*)'/u.exec(stderr)?.groups?.["session"];
  if (unmatched !== undefined) return lostSession(unmatched);
  const elsewhere = /Session found in different project: (?<cwd>.+)/u.exec(stderr)?.groups?.["cwd"];
  if (elsewhere !== undefined) return { error: foreignSession(elsewhere) };
  const said = stderr.split("\n").filter((line) => line.trim() !== "");
  const words = said.length === 0 ? "" : `\n${wordedError(said.slice(-5).join("\n"))}`;
  return { error: `pi ended without a result (${describeExit(exit)}).${words}` };
}

function foreignSession(cwd: string): string {
  return `This session of pi belongs to another directory, ${cwd}. Continue it in that project, or start a new one with /new.`;
}
