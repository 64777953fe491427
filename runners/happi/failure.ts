import { describeExit } from "../../src/runner/program.ts";
import type { ProcessExit } from "../../src/wire/subprocess.ts";
import type { Failure, Outcome, RunState } from "./state.ts";

/** What of the table helps to say what to do. */
export interface FailureContext {
  readonly engine: string;
  readonly cmd: string;
  /** The variable that `auth.token` names, when the runtime does not have it. */
  readonly missingVariable: string | undefined;
}

/** An error the runtime reported, in words for people. */
export function explainError({ code, message }: Extract<Outcome, { type: "error" }>, context: FailureContext): Failure {
  const said = [code, message].filter((part) => part !== "").join(": ");
  const words = said === "" ? `${context.engine} reports an error without saying which.` : said;
  return { error: [words, ...hintsFor(code, message, context)].join("\n") };
}

function hintsFor(code: string, message: string, { engine, cmd, missingVariable }: FailureContext): readonly string[] {
  // The Python starter has a code of its own for it.
  const isUnknownCmd = /^(?:unknown|unsupported)_cmd$/u.test(code) || message.startsWith("Unknown cmd");
  return [
    ...(isUnknownCmd ? [`Set cmd under [engines.${engine}] to one this runtime knows; it is "${cmd}" now.`] : []),
    ...(missingVariable === undefined
      ? []
      : [
          `${missingVariable}, which auth.token names, is not set for ${engine}: set it under [engines.${engine}.env].`,
        ]),
  ];
}

/** A process that went away, or closed its output, without a terminal event. `stderr` is the end of what it said there. */
export function exitFailure(state: RunState, exit: ProcessExit, stderr: string): Failure {
  const { engine, foreignId, malformed } = state;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return {
    error: [
      `${engine} ended without a result (${describeExit(exit)}).`,
      ...(foreignId === undefined ? [] : [`It answered another request: ${foreignId.slice(0, 80)}`]),
      ...(malformed.count === 0 ? [] : [`It printed a line that is no event: ${malformed.last}`]),
      ...lines.slice(-5),
    ].join("\n"),
  };
}
