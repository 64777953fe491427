import type { App } from "./app.ts";
import type { Questions } from "./questions.ts";

/** What the commands may use of the world. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Whether questions can be asked: both standard input and output are a terminal. */
  readonly isInteractive: boolean;
  /** Calls back on each SIGINT and SIGTERM until the returned function is called. */
  readonly onStopSignal: (listener: () => void) => () => void;
}

/** What every command is made with. */
export interface Cli {
  readonly io: CliIo;
  readonly app: App;
  readonly questions: Questions;
}

/** Options every command has. */
export interface GlobalOptions {
  readonly config?: string;
  readonly debug?: true;
  readonly finalNotify?: boolean;
}

/** 0: done. 1: something is wrong with the configuration, the token, the lock or an engine. 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Ends the program with one sentence for people and this exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}
