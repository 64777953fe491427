/** How long a worker is waited for, in milliseconds. */
export interface Patience {
  /** For its answer to `init`. 0.2.0 takes up to a second, on a busy machine longer. */
  readonly initMs: number;
  /** For its answer to `status` between two runs, which costs it nothing. */
  readonly statusMs: number;
  /** For the result of a cancelled send. 0.2.0 takes some 100 ms, and for ever while a command runs. */
  readonly cancelMs: number;
  /** For what the cancelled send had started to be gone, too. */
  readonly leftoverMs: number;
  /** After `shutdown`. It exits within some 20 ms. */
  readonly shutdownMs: number;
  /** After SIGTERM. */
  readonly termMs: number;
}

/** A cancelled run is over within `cancelMs + termMs`: the bot itself has less than ten seconds to end. */
export const defaultPatience: Patience = {
  initMs: 60_000,
  statusMs: 5_000,
  cancelMs: 2_500,
  leftoverMs: 300,
  shutdownMs: 2_000,
  termMs: 2_000,
};
