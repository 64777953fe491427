import type { Patience as ClientPatience } from "./client/patience.ts";

/** How long a run waits, in milliseconds, beyond what the client does. */
export interface RunPatience {
  /** After an abort, for the turn to end. It takes some 200 ms. Then the session's program is ended. */
  readonly abortMs: number;
  /** For that, and for a session that came up only after the run was cancelled. */
  readonly stopMs: number;
  /** For the first sign of a resumed program, which has the prompt only if it is there by then. It takes some 500 ms. */
  readonly resumeMs: number;
  /** For a session that may still be busy to say so. It tells every 2 s whether it thinks. */
  readonly busyMs: number;
  /** For a program to say that it is there, where the server takes the session for running, which it does for up to half an hour too long. */
  readonly surelyMs: number;
  /** The same, where the server takes it for stopped, which it does also after it was started again. */
  readonly knockMs: number;
}

export const defaultRunPatience: RunPatience = {
  abortMs: 5_000,
  stopMs: 6_000,
  resumeMs: 5_000,
  busyMs: 2_500,
  surelyMs: 8_000,
  knockMs: 3_000,
};

export type Patience = Partial<RunPatience & ClientPatience>;
