/**
 * 0: done. 1: something is wrong with the token, the lock, an engine or the machine. 2: the command line is wrong. 3: takopi runs and is not
 * well. 78 (`EX_CONFIG` of sysexits.h): the configuration is wrong, and stays so until somebody mends it.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 78 | 130;

/** Ends the program with one sentence for people and this exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}
