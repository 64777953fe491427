import { describeExit } from "../../src/runner/program.ts";
import type { ProcessExit } from "../../src/wire/subprocess.ts";
import type { ResultLine } from "./lines.ts";
import type { Failure } from "./state.ts";

export const installHint = "npm install -g @anthropic-ai/claude-code";

/** 2.1 says it in a result line, older ones only on stderr. The second form is for what can't be an id at all. */
export function isLostSession(complaint: string): boolean {
  return /No conversation found with session ID|--resume requires a valid session/iu.test(complaint);
}

/** The failure to resume. */
export function failureOf(complaint: string): Failure {
  return { error: `claude no longer has this session. ${firstSentence(complaint)}`, fault: "session_not_found" };
}

/** What went wrong in a turn, in words for people. */
export function turnError(line: ResultLine): string {
  const said = line.result?.trim() ?? "";
  if (said !== "") return withLoginHint(said);
  // The CLI's note to its own developers.
  const errors = line.errors.filter((error) => !error.startsWith("[ede_diagnostic]"));
  if (errors.length > 0) return withLoginHint(errors.join("\n"));
  return wordedEnding(line);
}

function wordedEnding(line: ResultLine): string {
  switch (line.subtype) {
    case "error_max_turns":
      return "claude reached its maximum number of turns. Send a message to let it go on.";
    case "error_max_budget_usd":
      return "claude reached its budget. Raise max-budget-usd to let it go on.";
    case "error_during_execution":
      return "claude was interrupted before it had finished.";
    default:
      return `claude failed (${line.subtype === "" ? "no reason given" : line.subtype}).`;
  }
}

/** The CLI tells people to type `/login`, which works only in its terminal. */
function withLoginHint(text: string): string {
  if (!/run \/login/iu.test(text)) return text;
  return (
    `${text}\nRun \`claude\` in a terminal on the bot's machine to log in, or set use_api_billing = true under [claude] ` +
    "to use ANTHROPIC_API_KEY."
  );
}

/** A process that went away without a result. `stderr` is the end of what it said there. */
export function exitFailure(exit: ProcessExit, stderr: string): Failure {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !isHarmless(line));
  const complaint = lines.find(isLostSession);
  if (complaint !== undefined) return failureOf(complaint);
  const said = lines.slice(-5).join("\n");
  return { error: `claude ended without a result (${describeExit(exit)}).${said === "" ? "" : `\n${said}`}` };
}

function isHarmless(line: string): boolean {
  return line.startsWith("[claude-code:") || line.startsWith("Warning: no stdin data");
}

function firstSentence(complaint: string): string {
  return `${complaint.replace(/^Error: /u, "").split(". ")[0] ?? complaint}`.replace(/\.?$/u, ".");
}
