/** How long the agent is waited for, in milliseconds. */
export interface Patience {
  /** After `session/cancel`. A turn ends within some 0.5 s, 3 s on a busy machine (OpenCode 1.18). */
  readonly cancelMs: number;
  /** After the end of its input. Some never exit for that alone (Kilo 7.7). */
  readonly exitMs: number;
  /** After SIGTERM. */
  readonly termMs: number;
  /** How long a tool call may stay hidden because it looks like a placeholder. */
  readonly revealMs: number;
  /** How long nothing must come before the history of a loaded session counts as told; at most ten times as long. */
  readonly quietMs: number;
}

export const defaultPatience: Patience = { cancelMs: 5_000, exitMs: 1_500, termMs: 3_000, revealMs: 300, quietMs: 400 };
