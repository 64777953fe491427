/** How long Codex is waited for, in milliseconds. */
export interface Patience {
  /** After the last turn: until it has ended. It takes some 50 ms. */
  readonly exitMs: number;
  /** After an interrupt. The turn ends within some 50 ms, and the process with it. */
  readonly interruptMs: number;
  /** After SIGTERM. */
  readonly termMs: number;
}

export const defaultPatience: Patience = { exitMs: 3_000, interruptMs: 4_000, termMs: 3_000 };
