import { basename } from "node:path";

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Dotted key, such as `transports.telegram.chat_id`; empty when the file as a whole is meant. */
  readonly key: string;
  /** What is wrong, as half a sentence: `expected a number, got "abc"`. */
  readonly message: string;
  /** What to do, as a whole sentence: `Write: chat_id = 123456789`. */
  readonly hint?: string;
  /** Where it was read, when not in the file under `key`: an environment variable, or `takopi.toml:3:14`. */
  readonly source?: string;
}

/** The configuration can't be used. The message has one line per problem and never shows a secret. */
export class ConfigError extends Error {
  readonly path: string;
  readonly problems: readonly ConfigProblem[];
  constructor(path: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map((problem) => problemLine(path, problem)).join("\n"), options);
    this.name = "ConfigError";
    this.path = path;
    this.problems = problems;
  }
}

function problemLine(path: string, problem: ConfigProblem): string {
  const file = basename(path);
  const place = problem.source ?? (problem.key === "" ? file : `${file}: ${problem.key}`);
  const hint = problem.hint === undefined ? "" : `. ${problem.hint}`;
  return `${place}: ${problem.message}${hint}`;
}
