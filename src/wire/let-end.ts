import type { ProcessExit, Subprocess } from "./subprocess.ts";

export interface LetEndOptions {
  /** How long it may take to go away by itself, in milliseconds. */
  readonly exitMs: number;
  /** How long after SIGTERM until SIGKILL. Default 3000. */
  readonly termMs?: number;
}

/**
 * The end of a program that has said all it has to say, or whose output is over: it may go away by itself, and what has not gone after
 * `exitMs` is ended with all it started. Resolves when nothing is left.
 */
export function letEnd(child: Pick<Subprocess, "stop">, { exitMs, termMs }: LetEndOptions): Promise<ProcessExit> {
  const grace = { interruptGraceMs: exitMs, ...(termMs !== undefined && { termGraceMs: termMs }) };
  return child.stop({ interrupt: () => {}, ...grace });
}
