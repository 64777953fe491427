/** How long the server is waited for, in milliseconds. */
export interface Patience {
  /** An idle session that owes an answer, until it is asked for it once more. The turn for it begins some 50 ms later (1.18.33). */
  readonly nextTurnMs: number;
  /** After an abort. The session is idle within some 200 ms. */
  readonly abortMs: number;
  /** After its last word, for the process to be gone. `opencode run` exits within some 200 ms (1.18.33). */
  readonly exitMs: number;
  /** After SIGTERM. It exits within some 100 ms. */
  readonly termMs: number;
}

export const defaultPatience: Patience = { nextTurnMs: 8_000, abortMs: 4_000, exitMs: 5_000, termMs: 3_000 };
