/**
 * 0: done. 1: something is wrong with the configuration, the token, the lock or an engine. 2: the command line is wrong. 3: takopi runs and
 * is not well.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

/** Ends the program with one sentence for people and this exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}
